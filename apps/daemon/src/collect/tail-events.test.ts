import { appendFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { formats } from '@watchbill/runtimes'
import { expect, it } from 'vitest'
import { answerRow, formatRows, promptRow, sessionId } from '../testing/claude-home.ts'
import { testFolder } from '../testing/folder.ts'
import { lineCapBytes } from './lines.ts'
import { Tail, type Telling } from './tail.ts'

const session = sessionId(1)
const hourMs = 3_600_000
const tool = { name: 'Bash', input: { command: 'npm test' } }
const call = (number: number, atMs: number) => formatRows([answerRow({ session, atMs }, number, tool)])

const place = async () => {
  const path = await testFolder()
  const root = { path, uid: (await stat(path)).uid }
  const [format] = formats
  if (format === undefined) throw new Error('no formats')
  const open = () => new Tail(format, root, `${session}.jsonl`)
  return { open, file: join(path, `${session}.jsonl`) }
}

/** A listener that keeps what it is told, and can be shut. */
const listener = () => {
  const told: Telling[] = []
  const door = { open: true }
  const listen = async (telling: Telling) => {
    if (!door.open) throw new Error('shut')
    told.push(telling)
  }
  const calls = () => told.flatMap(({ events }) => events).flatMap(({ event }) => event.call ?? [])
  return { told, door, listen, calls }
}

it('says of old rows that they are imported, and of new ones that they are not', async () => {
  const { open, file } = await place()
  const nowMs = Date.now()
  const rows = [promptRow({ session, atMs: nowMs - hourMs }, 1)]
  await writeFile(file, formatRows(rows) + call(2, nowMs - hourMs) + call(3, nowMs - 1000))
  const { told, listen } = listener()
  await open().read(nowMs, lineCapBytes, listen)
  const calls = told.flatMap(({ events }) => events).filter(({ event }) => event.type === 'tool.called')
  expect(calls.map(({ imported }) => imported)).toEqual([true, false])
})

it('reads no further and lets nothing be stored while nobody takes what it tells, then tells the same', async () => {
  const { open, file } = await place()
  await writeFile(file, call(1, Date.now()))
  const { door, listen, calls } = listener()
  const tail = open()
  door.open = false
  await expect(tail.read(Date.now(), lineCapBytes, listen)).rejects.toThrow('shut')
  const { offset } = tail
  await appendFile(file, call(2, Date.now()))
  await expect(tail.read(Date.now(), lineCapBytes, listen)).rejects.toThrow('shut')
  expect([tail.holds, tail.offset]).toEqual([true, offset])
  door.open = true
  expect(await tail.read(Date.now(), lineCapBytes, listen)).toMatchObject({ changed: true })
  expect([tail.holds, calls()]).toEqual([false, ['toolu_1', 'toolu_2']])
})

it('learns again but does not tell again what was told, unless the file is another one', async () => {
  const { open, file } = await place()
  await writeFile(file, call(1, Date.now()))
  const first = listener()
  await open().read(Date.now(), lineCapBytes, first.listen)
  const toldTo = first.told.at(-1)?.place
  await appendFile(file, call(2, Date.now()))
  const again = async () => {
    const tail = open()
    if (toldTo !== undefined) tail.toldUpTo(toldTo)
    const { listen, calls } = listener()
    await tail.read(Date.now(), lineCapBytes, listen)
    return calls()
  }
  expect(await again()).toEqual(['toolu_2'])
  await writeFile(file, call(3, Date.now()) + call(4, Date.now()))
  expect(await again()).toEqual(['toolu_3', 'toolu_4'])
})
