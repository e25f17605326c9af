import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { appendFile, mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { isAlive } from '../alive.ts'
import { parsePs } from '../instance/host-daemons.ts'
import {
  answerRow,
  formatRows,
  promptRow,
  sessionFile,
  sessionId,
  writeRows,
} from '../testing/claude-home.ts'
import { until } from '../testing/folder.ts'
import { type Machine, programPath, startedPid, withMachines } from '../testing/machine.ts'
import { run } from '../testing/program.ts'
import type { StatusFacts } from './status-facts.ts'
import { formatHost, formatStatus } from './status-text.ts'

const machine = withMachines()
const token = 'test_token_123456'

const enrol = async ({ watchbill, sink }: Machine) => {
  expect(await watchbill(['enroll', '--api', sink.url], token)).toMatchObject({ code: 0 })
}
const statusOf = async ({ watchbill }: Machine): Promise<StatusFacts> =>
  JSON.parse((await watchbill(['status', '--json'])).out)
const writeConfig = async ({ data }: Machine, text: string) => {
  await mkdir(join(data, 'daemon'), { recursive: true })
  await writeFile(join(data, 'daemon/config.yaml'), text)
}

/** Every text and number in a document; `v` is its format's number and says nothing to people. */
const leaves = (value: unknown, key = ''): (string | number)[] => {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([name, each]) => leaves(each, name))
  return (typeof value === 'string' && value !== '') || typeof value === 'number'
    ? key === 'v'
      ? []
      : [value]
    : []
}
const requireAllSaid = (facts: unknown, text: string) => {
  for (const leaf of leaves(facts)) expect(text, String(leaf)).toContain(String(leaf))
}

it('takes a socket over that somebody else listens on, and is refused where it cannot', async () => {
  const here = await machine()
  await enrol(here)
  const path = join(here.data, 'daemon/control.sock')
  const stranger = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  await new Promise<void>((resolve) => stranger.listen(path, resolve))
  const pid = startedPid(await here.watchbill(['start', '--json']))
  expect((await statusOf(here)).pid).toBe(pid)
  await here.watchbill(['stop'])
  stranger.close()
  await mkdir(join(path, 'not-a-socket'), { recursive: true })
  const refused = await here.watchbill(['start'])
  expect(refused).toMatchObject({ code: 1, out: '' })
  expect(refused.err).toMatch(/did not start\nWhy: .*control\.sock.*\nMend: /)
})

it('says what is wrong with a data folder that cannot be written', async () => {
  const here = await machine()
  const bad = ['/dev/null/data', join(here.home, 'file/data')]
  await writeFile(join(here.home, 'file'), '')
  if (process.getuid?.() !== 0) {
    await mkdir(join(here.home, 'fixed'), { mode: 0o500 })
    bad.push(join(here.home, 'fixed'))
  }
  for (const data of bad) {
    const env = { ...here.env, WATCHBILL_DATA: data }
    for (const command of ['start', 'restart', 'init']) {
      const ended = await run(programPath(), [command], env)
      expect(ended, `${command} ${data}`).toMatchObject({ code: 1, out: '' })
      expect(ended.err).toMatch(/cannot be (used|written)\nWhy: .+\nMend: .*WATCHBILL_DATA/)
    }
  }
})

it('passes on how a process ended that died before it could speak', async () => {
  const here = await machine()
  await enrol(here)
  const killer = join(here.home, 'killer.cjs')
  await writeFile(killer, "if (process.argv.includes('--foreground')) process.kill(process.pid, 'SIGKILL')")
  const env = { ...here.env, NODE_OPTIONS: `--require ${killer}` }
  const killed = await run(programPath(), ['start'], env)
  expect(killed).toMatchObject({ code: 1, err: expect.stringContaining('ended at once (SIGKILL)') })
  await writeFile(killer, "if (process.argv.includes('--foreground')) throw new Error('no such library')")
  const thrown = await run(programPath(), ['start'], env)
  expect(thrown.err).toContain('Error: no such library')
  expect((await statusOf(here)).state).toBe('stopped')
  expect(await here.watchbill(['start'])).toMatchObject({ code: 0 })
})

it('refuses a second start in the foreground, and heals a status file that is damaged', async () => {
  const here = await machine()
  const pid = await here.begin()
  const second = await here.watchbill(['start', '--foreground'])
  expect(second).toMatchObject({ code: 1 })
  expect(second.err).toContain(`already runs for this data folder (pid ${pid})`)
  process.kill(pid, 'SIGKILL')
  await until('its death', () => !isAlive(pid))
  for (const name of ['status.json', 'pid', 'starting'])
    await writeFile(join(here.data, 'daemon', name), '{"pid":')
  expect(await statusOf(here)).toMatchObject({ state: 'stopped', daemon: null })
  expect(await here.watchbill(['start'])).toMatchObject({ code: 0 })
  expect((await statusOf(here)).daemon).toMatchObject({ v: 1 })
})

it('keeps what waits over a restart, and delivers it once', async () => {
  const here = await machine()
  const session = sessionId(1)
  const file = sessionFile(here.home, session)
  await writeRows(file, [promptRow({ session, atMs: Date.now() }, 1)])
  const before = await here.begin()
  await until('the first report', () => here.sink.sessions().has(session))
  await here.sink.close()
  await appendFile(file, formatRows([answerRow({ session, atMs: Date.now() }, 2)]))
  await until('a full spool', async () => ((await statusOf(here)).daemon?.spool.pending ?? 0) > 0)
  const restarted = JSON.parse((await here.watchbill(['restart', '--json'])).out)
  expect(restarted).toMatchObject({ stopped: before, apiUrl: here.sink.url })
  expect(restarted.pid).not.toBe(before)
  expect((await statusOf(here)).daemon?.spool.pending).toBeGreaterThan(0)
  expect(JSON.parse((await here.watchbill(['stop', '--json'])).out).waiting).toBeGreaterThan(0)
  await here.sink.open()
  expect((await here.watchbill(['restart'])).out).toContain('not running before')
  await until('the idle session', () => here.sink.sessions().get(session)?.state === 'idle')
  await until('an empty spool', async () => (await statusOf(here)).daemon?.spool.pending === 0)
})

it('starts with no config that it does not understand, and a restart lets the running one be', async () => {
  const here = await machine()
  const pid = await here.begin()
  await writeConfig(here, 'version: 2\npaylod: none\n')
  for (const command of ['restart', 'start']) {
    const refused = await here.watchbill([command, '--json'])
    expect(JSON.parse(refused.err)).toMatchObject({
      error: {
        what: 'the config cannot be used',
        why: expect.stringContaining('config.yaml:2:1: unknown key paylod'),
        mend: 'did you mean: payload',
      },
    })
  }
  expect(isAlive(pid)).toBe(true)
  expect(await statusOf(here)).toMatchObject({ pid, config: { state: 'unusable' } })
  await writeConfig(here, 'version: 3\n')
  expect((await here.watchbill(['config', 'validate'])).err).toContain(
    'version 3, and this daemon reads up to',
  )
  await writeConfig(here, 'version: 1\nspoolMiB: 2\n')
  expect((await here.watchbill(['config', 'validate'])).out).toContain('watchbill config migrate')
  expect((await here.watchbill(['config', 'migrate'])).out).toContain('config.yaml.v1.bak')
  const valid = JSON.parse((await here.watchbill(['config', 'validate', '--json'])).out)
  expect(valid).toMatchObject({ version: 2, config: { spool: { maxBytes: 2_097_152 } } })
  expect(await here.watchbill(['config', 'migrate', '--to', '1'])).toMatchObject({ code: 0 })
  expect(await here.watchbill(['config', 'validat'])).toMatchObject({ code: 2 })
})

it('says the same in words as in JSON', async () => {
  const here = await machine()
  await writeRows(sessionFile(here.home, sessionId(1)), [
    promptRow({ session: sessionId(1), atMs: Date.now() }, 1),
  ])
  await here.begin()
  await until('what it looked at', async () => ((await statusOf(here)).daemon?.lookedAt.length ?? 0) > 0)
  const running = await statusOf(here)
  requireAllSaid(running, formatStatus(running).join('\n'))
  const { daemon } = running
  if (daemon === null) throw new Error('no daemon')
  const polled = {
    name: 'k',
    runtime: 'kato',
    liveness: 'stale',
    reason: 'old',
    polledAt: 'then',
    failures: 7,
  } as const
  const rich: StatusFacts = {
    ...running,
    config: { path: '/c', state: 'unusable', version: null, reason: 'bad' },
    daemon: {
      ...daemon,
      link: { state: 'refused', reason: 'revoked', mend: 'enrol', deliveredAt: 'never' },
      entries: { ...daemon.entries, blocked: 'disk full', held: 'waits', pending: 41, next: 977 },
      proofs: {
        unproven: 12,
        proven: 4711,
        oldestSentAt: '2026-11-20T11:59:20.000Z',
        unsealed: 83,
        unsealable: 'this machine has no key',
        log: { origin: 'wb.example/log/default', size: 5005, keys: ['print-a', 'print-b'] },
        alarms: [{ kind: 'history', what: 'two histories', mend: 'ask', since: 'yesterday' }],
        restores: [{ from: 311, to: 322, at: 'last week' }],
        evidence: 59,
      },
      polled: [polled],
      limits: [{ what: 'a', why: 'because', mend: 'so' }],
      unread: [{ what: 'odd rows', count: 19 }],
    },
  }
  requireAllSaid(rich, formatStatus(rich).join('\n'))
  requireAllSaid(
    { daemons: [{ pid: 4711, user: 'other', ours: false, status: null }] },
    formatHost({ daemons: [{ pid: 4711, user: 'other', ours: false, status: null }] }).join('\n'),
  )
  await here.watchbill(['stop'])
  // Stopped, nothing moves any more: the two outputs are of the same moment.
  requireAllSaid(await statusOf(here), (await here.watchbill(['status'])).out)
  const { at: _at, ...sessions } = JSON.parse((await here.watchbill(['sessions', '--json'])).out)
  expect(sessions.sessions).toHaveLength(1)
  requireAllSaid(sessions, (await here.watchbill(['sessions'])).out)
})

it('lists every daemon of this host, each with its own data folder', async () => {
  const [here, there] = [await machine(), await machine()]
  const pids = [await here.begin(), await there.begin()]
  const { daemons } = JSON.parse((await here.watchbill(['status', '--all', '--json'])).out)
  expect(daemons[0]).toMatchObject({ pid: pids[0], ours: true, status: { state: 'running' } })
  const other = daemons.find(({ pid }: { pid: number }) => pid === pids[1])
  expect(other.status).toMatchObject({ state: 'running', folder: join(there.data, 'daemon') })
  await here.watchbill(['stop'])
  expect((await there.watchbill(['status'])).code).toBe(0)
})

it('reads the process table of systems without /proc', () => {
  const ps = [
    '  77   501 /usr/bin/node --x=1 /a b/dist/watchbill.js start --foreground --data /Users/me/my data',
    '  78   502 node /x/watchbill.mjs start --foreground',
    '  79   501 vim start --foreground',
    '  80   501 grep watchbill.js start',
  ].join('\n')
  expect(parsePs(ps, 501)).toEqual([
    { pid: 77, user: '501', ours: true, data: '/Users/me/my data' },
    { pid: 78, user: '502', ours: false, data: null },
  ])
})

it('shows changes as they come until it is ended', async () => {
  const here = await machine()
  await here.begin()
  const env = { PATH: process.env.PATH ?? '', ...here.env }
  const child = spawn(process.execPath, [programPath(), 'status', '--live', '--json'], { env })
  const closed = once(child, 'close')
  let text = ''
  child.stdout.on('data', (piece) => {
    text += String(piece)
  })
  await until('the first line', () => text.includes('"running"'))
  await here.watchbill(['stop'])
  await until('the change', () => text.includes('"stopped"'))
  child.kill('SIGINT')
  // Closed, and not only ended: then all of its text is here.
  expect(await closed).toEqual([0, null])
  for (const line of text.trim().split('\n')) expect(JSON.parse(line)).toHaveProperty('state')
})
