import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inOrder, type Judge } from './ordered-slices.ts'

interface Answered {
  readonly question: number
}

it('takes answers in the order of the questions, few at a time, whoever is faster', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.scheduler(),
      fc.nat(40),
      fc.integer({ min: 1, max: 4 }),
      async (scheduler, count, judges) => {
        const questions = Array.from({ length: count }, (_, question) => question)
        const taken: number[] = []
        let [asked, most] = [0, 0]
        const judge = scheduler.scheduleFunction(
          async (question: number): Promise<Answered> => ({ question }),
        )
        const counted: Judge<number, Answered> = (question) => {
          asked += 1
          most = Math.max(most, asked - taken.length)
          return judge(question)
        }
        const done = inOrder(
          questions,
          Array.from({ length: judges }, () => counted),
          ({ question }) => taken.push(question),
        )
        await scheduler.waitFor(done)
        expect(taken).toEqual(questions)
        expect(most).toBeLessThanOrEqual(judges * 4)
      },
    ),
  )
})

it('ends with the first failure, and takes nothing after it', async () => {
  const taken: number[] = []
  const judge = async (question: number): Promise<Answered> => {
    if (question === 3) throw new Error('three')
    return { question }
  }
  await expect(inOrder([0, 1, 2, 3, 4, 5], [judge], ({ question }) => taken.push(question))).rejects.toThrow(
    'three',
  )
  await new Promise((resolve) => setTimeout(resolve, 10))
  expect(taken).toEqual([0, 1, 2])
})
