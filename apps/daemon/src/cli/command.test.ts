import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { isAlive } from '../alive.ts'
import { until } from '../testing/folder.ts'
import { programPath, startedPid, withMachines } from '../testing/machine.ts'
import { sinkMachineId } from '../testing/sink.ts'

const machine = withMachines()

it('starts once, says so the second time, shows itself and stops', async () => {
  const { watchbill, begin, data, sink } = await machine()
  expect(await watchbill(['status'])).toMatchObject({ code: 3 })
  const pid = await begin()
  expect(isAlive(pid)).toBe(true)
  const again = await watchbill(['start'])
  expect(again).toMatchObject({
    code: 0,
    out: `The daemon already runs (pid ${pid}), reporting to ${sink.url}.\n`,
  })
  await until('the first report', () => sink.machine)
  await until('the answer', async () => (await watchbill(['status'])).out.includes('connected') || null)
  const status = await watchbill(['status'])
  const facts = JSON.parse((await watchbill(['status', '--json'])).out)
  expect(status.code).toBe(0)
  expect(facts).toMatchObject({
    state: 'running',
    pid,
    enrolled: true,
    daemon: { machine: { id: sinkMachineId } },
  })
  for (const { path } of facts.daemon.lookedAt) expect(status.out).toContain(path)
  for (const fact of [facts.daemon.nonce, facts.daemon.version, facts.daemon.apiUrl])
    expect(status.out).toContain(fact)
  expect(await watchbill(['stop'])).toMatchObject({ code: 0, out: `The daemon has stopped (pid ${pid}).\n` })
  expect(isAlive(pid)).toBe(false)
  expect(await watchbill(['stop'])).toMatchObject({ code: 0, out: 'The daemon was not running.\n' })
  expect((await watchbill(['status'])).out).toContain('The daemon does not run. Mend: watchbill start')
  for (const name of await readdir(join(data, 'daemon'))) {
    expect((await stat(join(data, 'daemon', name))).mode & 0o077, name).toBe(0)
  }
})

it('becomes one daemon however many start at once', async () => {
  const { watchbill, sink } = await machine()
  await watchbill(['enroll', '--api', sink.url], 'test_token_123456')
  const ended = await Promise.all([1, 2, 3, 4].map(() => watchbill(['start', '--json'])))
  const running = JSON.parse((await watchbill(['status', '--json'])).out).pid
  const pids = ended.filter(({ code }) => code === 0).map(startedPid)
  expect(pids.length).toBeGreaterThan(0)
  expect(new Set(pids)).toEqual(new Set([running]))
  for (const { code, err } of ended) if (code !== 0) expect(err).toContain('already runs')
})

it('heals what a killed daemon left, and is not fooled by a pid that is somebody else now', async () => {
  const { watchbill, begin, data } = await machine()
  const pid = await begin()
  process.kill(pid, 'SIGKILL')
  await until('its death', () => !isAlive(pid))
  expect(await watchbill(['status'])).toMatchObject({ code: 3 })
  await writeFile(join(data, 'daemon/pid'), JSON.stringify({ pid: process.pid, nonce: 'x', startTicks: 1 }))
  expect(await watchbill(['stop'])).toMatchObject({ out: 'The daemon was not running.\n' })
  const next = startedPid(await watchbill(['start', '--json']))
  expect(next).not.toBe(pid)
  expect(await watchbill(['status'])).toMatchObject({ code: 0 })
})

it('takes a daemon that is slow to answer for one that runs', async () => {
  const { watchbill, begin } = await machine()
  const pid = await begin()
  process.kill(pid, 'SIGSTOP')
  setTimeout(() => process.kill(pid, 'SIGCONT'), 4000)
  expect(JSON.parse((await watchbill(['status', '--json'])).out)).toMatchObject({ state: 'running', pid })
})

it('tells what kept it from starting', async () => {
  const { watchbill, data } = await machine()
  const bare = await watchbill(['start'])
  expect(bare.code).toBe(1)
  expect(bare.err).toContain('not enrolled')
  expect(bare.err).toContain('Mend: WATCHBILL_ENROLL_TOKEN')
  await mkdir(join(data, 'daemon'), { recursive: true })
  await writeFile(join(data, 'daemon/credential.json'), '{}')
  expect(JSON.parse((await watchbill(['start', '--json'])).err)).toMatchObject({
    error: { what: 'the daemon cannot start', why: expect.stringContaining('not a credential') },
  })
})

it('hands the error of the background process over to the one who started it', async () => {
  const { watchbill, data, sink } = await machine()
  await watchbill(['enroll', '--api', sink.url], 'test_token_123456')
  await mkdir(join(data, 'daemon/spool/spool.log'), { recursive: true })
  const failed = await watchbill(['start'])
  expect(failed.code).toBe(1)
  expect(failed.err).toContain('the daemon did not start')
  expect(failed.err).toContain('EISDIR')
})

it('takes the token from the environment or standard input only, and refuses clear text over a network', async () => {
  const { watchbill, data, sink } = await machine()
  expect(await watchbill(['enroll', '--api', sink.url, 'test_token_123456'])).toMatchObject({ code: 2 })
  expect((await watchbill(['enroll', '--api', sink.url])).err).toContain('a token is needed')
  expect(
    (await watchbill(['enroll', '--api', 'http://watchbill.example'], 'test_token_123456')).err,
  ).toContain('in clear')
  expect((await watchbill(['enroll', '--api', 'ftp://x'], 'test_token_123456')).err).toContain(
    'not an http(s) URL',
  )
  expect((await watchbill(['enroll', '--api', 'http://127.0.0.1:9'], 'test_token_123456')).err).toContain(
    'cannot be reached',
  )
  const joined = await watchbill(
    ['enroll', '--api', sink.url, '--name', 'ship', '--json'],
    'test_token_123456\n',
  )
  expect(JSON.parse(joined.out)).toMatchObject({
    machineName: 'ship',
    machineId: sinkMachineId,
    restarted: false,
  })
  expect([...sink.tokens]).toEqual(['Bearer test_token_123456'])
  expect((await stat(join(data, 'daemon/credential.json'))).mode & 0o777).toBe(0o600)
})

it('explains itself and suggests what was meant', async () => {
  const { watchbill } = await machine()
  expect((await watchbill(['help'])).out).toContain('enroll --api <url>')
  expect((await watchbill(['start', '--help'])).code).toBe(0)
  expect((await watchbill(['version'])).out).toMatch(/^\d+\.\d+\.\d+\n$/)
  expect(await watchbill(['statu'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('did you mean: watchbill status'),
  })
  expect(await watchbill(['stop', '--now'])).toMatchObject({
    code: 2,
    err: expect.stringContaining('use: watchbill stop [--json]'),
  })
})

it('hands key, sign-in, demo and migrate over to the control plane beside it', async () => {
  const { watchbill } = await machine()
  const admin = join(dirname(dirname(dirname(programPath()))), 'api/dist/admin.js')
  expect((await watchbill(['key', 'list'])).err).toContain('there is no control plane here')
  await mkdir(dirname(admin), { recursive: true })
  await writeFile(join(dirname(admin), 'package.json'), '{"type":"module"}')
  await writeFile(admin, 'console.log(JSON.stringify(process.argv.slice(2))); process.exitCode = 7\n')
  expect(await watchbill(['key', 'create', '--scope', 'fleet:read'])).toMatchObject({
    code: 7,
    out: '["key","create","--scope","fleet:read"]\n',
  })
})

it('ends on SIGTERM in the foreground, leaving nothing to heal', async () => {
  const { watchbill, sink, env, data } = await machine()
  await watchbill(['enroll', '--api', sink.url], 'test_token_123456')
  const child = spawn(process.execPath, [programPath(), 'start', '--foreground'], { env, stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', (code) => resolve(code)))
  await until('its answer', async () => (await watchbill(['status'])).code === 0)
  child.kill('SIGTERM')
  expect(await ended).toBe(0)
  const names = await readdir(join(data, 'daemon'))
  expect(names).not.toContain('pid')
  expect(names).not.toContain('control.sock')
  expect(await readFile(join(data, 'daemon/log'), 'utf8')).toContain('daemon.stopped')
})

it('stops in order when it is told to as soon as it can be reached', async () => {
  const { watchbill, data, env, sink } = await machine()
  expect((await watchbill(['enroll', '--api', sink.url], 'test_token_123456')).code).toBe(0)
  const child = spawn(process.execPath, [programPath(), 'start', '--foreground'], {
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: 'ignore',
  })
  const closed = once(child, 'close')
  while (!existsSync(join(data, 'daemon/control.sock'))) await setImmediate()
  child.kill('SIGTERM')
  expect(await closed).toEqual([0, null])
  for (const name of ['control.sock', 'pid', 'starting'])
    expect(existsSync(join(data, 'daemon', name)), name).toBe(false)
})
