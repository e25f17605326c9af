import { randomBytes } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { formats, type RuntimeEvent, sessionIdOf } from '@watchbill/runtimes'
import { expect, it } from 'vitest'
import { isAlive } from './alive.ts'
import { answerRow, formatRows, promptRow, resultRow, sessionFile, sessionId } from './testing/claude-home.ts'
import { drillCount, until } from './testing/folder.ts'
import { type Machine, startedPid, withMachines } from './testing/machine.ts'
import { createRandom } from './testing/random.ts'

const machine = withMachines()
const rounds = drillCount(20, 200)
const claude = formats.find(({ runtime }) => runtime === 'claude-code')

interface Written {
  readonly session: string
  readonly path: string
  /** All its lines, whatever stands in the file just now. */
  text: string
  /** Bytes of `text` in the file. */
  length: number
}

type Random = () => number

/** Rows of one tool call, and of its result; sometimes of a prompt before it. */
const rowsOf = (session: string, number: number, random: Random): string => {
  const at = { session, atMs: Date.now() }
  const input = { command: `npm run step-${number} -- ${'x'.repeat(Math.floor(random() * 400))}` }
  const call = answerRow(at, number, { name: 'Bash', input })
  const rows = [call, ...(random() < 0.8 ? [resultRow(at, number + 1, number, 'ok')] : [])]
  return formatRows(random() < 0.2 ? [promptRow(at, number + 2), ...rows] : rows)
}

/** What writers do to files: go on, stop in the middle of a line, start over, write anew, copy. */
const disturb = async (files: Written[], random: Random, next: () => number): Promise<void> => {
  const file = files[Math.floor(random() * files.length)]
  if (file === undefined) return
  const dice = random()
  if (dice < 0.06) {
    file.length = Math.floor(random() * file.length)
    await truncate(file.path, file.length)
  } else if (dice < 0.12) {
    await writeFile(file.path, file.text.slice(0, file.length))
  } else if (dice < 0.16 && files.length < 12) {
    await fork(file, files)
  } else {
    file.text += rowsOf(file.session, next(), random)
    const length = file.length + Math.floor(random() * (file.text.length - file.length + 1))
    await appendFile(file.path, file.text.slice(file.length, length))
    file.length = length
  }
}

/** A resumed session: its file begins with a copy of the other one's rows. */
const fork = async (file: Written, files: Written[]): Promise<void> => {
  const session = sessionId(100 + files.length)
  const path = join(dirname(file.path), `${session}.jsonl`)
  const whole = file.text.slice(0, file.text.lastIndexOf('\n', file.length) + 1)
  await writeFile(path, whole)
  files.push({ session, path, text: whole, length: whole.length })
}

const finish = async (files: readonly Written[]): Promise<void> => {
  for (const file of files) {
    await appendFile(file.path, file.text.slice(file.length))
    file.length = file.text.length
  }
}

/** What one reading of all files from beginning to end tells, each fact once. */
const readAtOnce = async (files: readonly Written[]): Promise<Map<string, RuntimeEvent>> => {
  const told = new Map<string, RuntimeEvent>()
  for (const { path } of files) {
    const state = claude?.initial(path)
    for (const line of (await readFile(path, 'utf8')).split('\n').slice(0, -1))
      claude?.apply(state, line, (event) => told.set(event.key, told.get(event.key) ?? event))
  }
  return told
}

/** A fact as the control plane can name it. A session id shows only where no call does: forks share their calls. */
const nameOf = (type: string, call: unknown, session: unknown): string =>
  `${type} ${call === undefined || call === null ? session : call}`

const held = ({ sink }: Machine): string[] =>
  sink.book.facts().map(({ header, payload }) => nameOf(header.type, payload.call, payload.session))

/** In every file the calls come in the order of the chain, but for those another file told first. */
const requireOrder = (here: Machine, files: readonly Written[], seed: number): void => {
  const places = new Map(held(here).map((name, at) => [name, at]))
  for (const { text, session } of files) {
    if (Number(session.slice(-3)) >= 100) continue
    const calls = [...text.matchAll(/"type":"tool_use","id":"(toolu_\d+)"/g)].map(([, call]) => call)
    const order = calls.map((call) => places.get(`tool.called ${call}`) ?? -1)
    expect(order, `seed ${seed}: ${session}`).toEqual([...order].sort((left, right) => left - right))
  }
}

const start = async (home: string): Promise<Written[]> => {
  const files: Written[] = []
  for (let index = 0; index < 4; index += 1) {
    const session = sessionId(index)
    const path = sessionFile(home, session)
    const text = formatRows([promptRow({ session, atMs: Date.now() }, 900_000 + index)])
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
    files.push({ session, path, text, length: text.length })
  }
  return files
}

it(`tells every fact once, in order, chain intact, through ${rounds} kills while files change under it`, {
  timeout: 240_000 + rounds * 10_000,
}, async () => {
  const seed = Number(process.env.WATCHBILL_SEED ?? randomBytes(4).readUInt32LE())
  console.log(`seed ${seed}: ${rounds} kills`)
  const random = createRandom(seed)
  const here = await machine()
  const files = await start(here.home)
  let [number, forgotten] = [0, 0]
  const next = () => {
    number += 10
    return number
  }
  let pid = await here.begin()
  for (let round = 0; round < rounds; round += 1) {
    const away = random()
    if (away < 0.2) await here.sink.close()
    here.sink.hangUp = away > 0.8
    const writing = (async () => {
      for (let step = 0; step < 30; step += 1) {
        await disturb(files, random, next)
        if (random() < 0.4) await sleep(random() * 25)
      }
    })()
    await sleep(random() * 500)
    process.kill(pid, 'SIGKILL')
    const killed = pid
    await until('its death', () => !isAlive(killed))
    await writing
    // It acknowledged more than it kept: whatever the daemon let go of without a proof would be gone for good.
    if (random() < 0.3) {
      here.sink.book.forgetUnsealed()
      forgotten += 1
    }
    here.sink.hangUp = false
    if (!here.sink.listening) await here.sink.open()
    pid = startedPid(await here.watchbill(['start', '--json']))
  }
  await finish(files)
  const told = await readAtOnce(files)
  await until(
    `${told.size} entries, seed ${seed}`,
    () => here.sink.book.facts().length >= told.size,
    120_000,
  ).catch(() => {})
  const agent = here.sink.book.facts()[0]?.header.agent ?? ''
  const expected = [...told.values()].map((event) =>
    nameOf(event.type, event.call, sessionIdOf(agent, event.nativeId)),
  )
  expect(held(here).sort(), `seed ${seed}`).toEqual(expected.sort())
  requireOrder(here, files, seed)
  expect(here.sink.book.producers).toHaveLength(1)
  expect(new Set(here.sink.book.facts().map(({ header }) => header.agent)).size).toBe(1)
  expect(await here.watchbill(['stop'])).toMatchObject({ code: 0 })
  const left = await readdir(join(here.data, 'daemon/spool/entries'))
  console.log(
    `${told.size} entries, ${forgotten} times the unsealed tail forgotten, ${here.sink.book.duplicates} sent twice and known, ${left.length} files left`,
  )
})
