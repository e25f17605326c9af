/** A thread that answers one question after the other, or more than one at a time. */
export type Judge<Question, Answer> = (question: Question) => Promise<Answer>

/** Questions one judge has at a time: while it works on one, the next is being read. */
const eachHas = 2

/**
 * Asks every question of whichever judge is free, and takes the answers in the order of the questions. Few are held at a time:
 * none is asked that is far ahead of the one that is waited for. Rejects with the first failure.
 */
export async function inOrder<Question, Answer extends object>(
  questions: readonly Question[],
  judges: readonly Judge<Question, Answer>[],
  take: (answer: Answer) => void,
): Promise<void> {
  const most = judges.length * eachHas * 2
  const answers = new Map<number, Answer>()
  let [asked, taken, stopped] = [0, 0, false]
  await new Promise<void>((resolve, reject) => {
    const stop = (error: unknown) => {
      stopped = true
      reject(error)
    }
    const free = Array.from({ length: eachHas }, () => judges).flat()
    const settle = () => {
      for (let answer = answers.get(taken); answer !== undefined; answer = answers.get(taken)) {
        answers.delete(taken)
        take(answer)
        taken += 1
      }
      if (taken === questions.length) return resolve()
      for (; asked < questions.length && asked - taken < most; asked += 1) {
        const judge = free.shift()
        if (judge === undefined) return
        ask(asked, judge)
      }
    }
    const ask = (index: number, judge: Judge<Question, Answer>) => {
      const question = questions[index]
      if (question === undefined) return
      judge(question)
        .then((answer) => {
          if (stopped) return
          answers.set(index, answer)
          free.push(judge)
          settle()
        })
        .catch(stop)
    }
    settle()
  })
}
