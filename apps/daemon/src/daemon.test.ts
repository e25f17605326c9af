import { randomBytes } from 'node:crypto'
import { appendFile, stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { isAlive } from './alive.ts'
import { answerRow, formatRows, promptRow, sessionFile, sessionId, writeRows } from './testing/claude-home.ts'
import { cursorOffsets } from './testing/cursor-files.ts'
import { drillCount, until } from './testing/folder.ts'
import { type Machine, startedPid, withMachines } from './testing/machine.ts'
import { createRandom } from './testing/random.ts'

const machine = withMachines()
const rounds = drillCount(5, 50)
const sessionCount = 6

const createFiles = async (home: string) => {
  const files = Array.from({ length: sessionCount }, (_, index) => ({
    session: sessionId(index),
    calls: 0,
    rest: '',
  }))
  for (const { session } of files) {
    await writeRows(sessionFile(home, session), [promptRow({ session, atMs: Date.now() }, 1_000_000)])
  }
  return files
}

/** Appends answers to random files in pieces that end anywhere, as a writer would that is cut off by a full buffer. */
const write = async (
  home: string,
  files: Awaited<ReturnType<typeof createFiles>>,
  random: () => number,
  steps: number,
) => {
  for (let step = 0; step < steps; step += 1) {
    const file = files[Math.floor(random() * files.length)]
    if (file === undefined) continue
    file.calls += 1
    const number = files.indexOf(file) * 100_000 + file.calls
    const text = file.rest + formatRows([answerRow({ session: file.session, atMs: Date.now() }, number)])
    const cut = Math.floor(random() * text.length)
    file.rest = text.slice(cut)
    await appendFile(sessionFile(home, file.session), text.slice(0, cut))
    if (random() < 0.3) await sleep(random() * 20)
  }
}

const finish = async (home: string, files: Awaited<ReturnType<typeof createFiles>>) => {
  for (const file of files) {
    await appendFile(sessionFile(home, file.session), file.rest)
    file.rest = ''
  }
}

/** Every acknowledged report of a session, oldest first, never counts fewer tokens than one before. */
const requireMonotonic = ({ sink }: Machine) => {
  const seen = new Map<string, number>()
  for (const snapshot of [...sink.snapshots].sort((left, right) =>
    left.observedAt.localeCompare(right.observedAt),
  )) {
    for (const { nativeId, tokens } of snapshot.sessions) {
      expect(tokens.input ?? 0, nativeId).toBeGreaterThanOrEqual(seen.get(nativeId) ?? 0)
      seen.set(nativeId, tokens.input ?? 0)
    }
  }
}

it(`loses and doubles nothing when it is killed ${rounds} times while it reads`, {
  timeout: 240_000 + rounds * 10_000,
}, async () => {
  const seed = Number(process.env.WATCHBILL_SEED ?? randomBytes(4).readUInt32LE())
  const random = createRandom(seed)
  const here = await machine()
  const files = await createFiles(here.home)
  let pid = await here.begin()
  for (let round = 0; round < rounds; round += 1) {
    if (random() < 0.3) await here.sink.close()
    const writing = write(here.home, files, random, 40)
    await sleep(random() * 400)
    process.kill(pid, 'SIGKILL')
    const killed = pid
    await until('its death', () => !isAlive(killed))
    await writing
    if (here.sink.listening === false) await here.sink.open()
    pid = startedPid(await here.watchbill(['start', '--json']))
  }
  await finish(here.home, files)
  const total = () => files.map(({ session, calls }) => [session, calls === 0 ? null : calls * 10])
  const told = () => files.map(({ session }) => [session, here.sink.sessions().get(session)?.tokens.input])
  const equal = () =>
    JSON.stringify(told().map(([, input]) => input)) === JSON.stringify(total().map(([, input]) => input))
  await until(`all tokens, seed ${seed}`, equal).catch(() => expect(told(), `seed ${seed}`).toEqual(total()))
  requireMonotonic(here)
  const sessions = here.sink.snapshots.flatMap((snapshot) => snapshot.sessions)
  expect(new Set(sessions.map(({ id }) => id)).size, `seed ${seed}: one id per session`).toBe(sessionCount)
  expect(new Set(here.sink.snapshots.map(({ agent }) => agent.id)).size).toBe(1)
  expect(await here.watchbill(['stop'])).toMatchObject({ code: 0 })
  const sizes = await Promise.all(
    files.map(async ({ session }) => (await stat(sessionFile(here.home, session))).size),
  )
  expect(await cursorOffsets(here.data), `seed ${seed}: cursors`).toEqual(
    sizes.sort((left, right) => left - right),
  )
})

it('keeps what happens while the control plane is away, and catches up in order', async () => {
  const here = await machine()
  const session = sessionId(1)
  const file = sessionFile(here.home, session)
  await writeRows(file, [promptRow({ session, atMs: Date.now() }, 1)])
  await here.begin()
  await until('the first report', () => here.sink.sessions().get(session)?.state === 'working')
  await here.sink.close()
  await appendFile(file, formatRows([answerRow({ session, atMs: Date.now() }, 2)]))
  const pending = async () => JSON.parse((await here.watchbill(['status', '--json'])).out).daemon
  await until('a full spool', async () => (await pending()).spool.pending > 0)
  // It is in the spool before the call that cannot be made is.
  await until('the failure', async () => (await pending()).link.state === 'unreachable')
  expect((await pending()).link.mend).toContain('nothing is lost')
  await here.sink.open()
  await until('the idle session', () => here.sink.sessions().get(session)?.state === 'idle')
  await until('an empty spool', async () => (await pending()).spool.pending === 0)
})
