import { spawn } from 'node:child_process'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { parseHeader } from '@watchbill/ledger'
import { formats } from '@watchbill/runtimes'
import { afterEach, expect, it } from 'vitest'
import { Collector } from '../collect/collector.ts'
import { CursorStore } from '../collect/cursor-store.ts'
import { LiveBook } from '../collect/live.ts'
import { createDataFolder, dataFolder } from '../data-folder.ts'
import { promptRow, sessionFile, sessionId, writeRows } from '../testing/claude-home.ts'
import { testFolder } from '../testing/folder.ts'
import { sinkMachineId } from '../testing/sink.ts'
import { createLedger, type Ledger } from './ledger.ts'

const ends: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A daemon's parts over one home and one data folder, as after a start. */
const begin = async (home: string, data: string) => {
  const folder = dataFolder({ WATCHBILL_DATA: data })
  await createDataFolder(folder)
  const ledger = await createLedger({
    folder,
    credential: { machineId: sinkMachineId, workspace: 'default' },
    level: 'request',
    telemetryBytes: 1e6,
    now: Date.now,
    log: () => {},
  })
  const collector = new Collector({
    formats,
    surroundings: { home, env: {} },
    store: new CursorStore(folder.cursors),
    events: ledger.desk,
    now: Date.now,
    log: () => {},
    changed: () => {},
  })
  const live = new LiveBook({})
  let open = true
  const close = async () => {
    if (!open) return
    open = false
    await collector.close()
    await ledger.close()
  }
  ends.push(close)
  const look = async () => {
    await collector.sweep()
    await collector.settled()
    const installations = [...collector.installations.values()]
    await live.poll(installations, Date.now())
    await ledger.watch.look(installations, live, Date.now())
    return told(ledger)
  }
  return { look, close }
}

const told = async ({ entries }: Ledger): Promise<unknown[]> =>
  (await entries.next(500, 1e9)).map(({ header, payload }) => {
    const { type } = parseHeader(new TextEncoder().encode(header))
    return payload.cause === undefined ? type : `${type} ${payload.cause}`
  })

/** A process, and Claude Code's own note that it serves the session. */
const serve = async (home: string, session: string) => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' })
  const gone = new Promise((resolve) => child.once('exit', resolve))
  const folder = join(home, '.claude/sessions')
  await mkdir(folder, { recursive: true })
  const note = join(folder, `${child.pid}.json`)
  await writeFile(note, JSON.stringify({ pid: child.pid, sessionId: session, status: 'busy' }))
  const end = async () => {
    child.kill('SIGKILL')
    await gone
    await rm(note, { force: true })
  }
  ends.push(end)
  return end
}

it('tells that a session ended whose process vanished, once, and that it came back', async () => {
  const [home, data, session] = [await testFolder(), await testFolder(), sessionId(1)]
  await writeRows(sessionFile(home, session), [promptRow({ session, atMs: Date.now() }, 1)])
  const end = await serve(home, session)
  const { look } = await begin(home, data)
  expect(await look()).toEqual(['session.started'])
  expect(await look()).toHaveLength(1)
  await end()
  expect(await look()).toEqual(['session.started', 'session.ended process gone'])
  expect(await look()).toHaveLength(2)
  await serve(home, session)
  expect((await look()).at(-1)).toBe('session.started resume')
  expect(await look()).toHaveLength(3)
})

it('tells the start of a session without rows, and not again when the rows come', async () => {
  const [home, data, session] = [await testFolder(), await testFolder(), sessionId(2)]
  await mkdir(join(home, '.claude/projects'), { recursive: true })
  await serve(home, session)
  const { look } = await begin(home, data)
  expect(await look()).toEqual(['session.started'])
  await writeRows(sessionFile(home, session), [promptRow({ session, atMs: Date.now() }, 1)])
  expect(await look()).toEqual(['session.started'])
})

it('notices after a restart that a process vanished while nobody watched', async () => {
  const [home, data, session] = [await testFolder(), await testFolder(), sessionId(3)]
  await writeRows(sessionFile(home, session), [promptRow({ session, atMs: Date.now() }, 1)])
  const end = await serve(home, session)
  const first = await begin(home, data)
  await first.look()
  await first.close()
  await end()
  const second = await begin(home, data)
  expect(await second.look()).toEqual(['session.started', 'session.ended process gone'])
  expect(await second.look()).toHaveLength(2)
})
