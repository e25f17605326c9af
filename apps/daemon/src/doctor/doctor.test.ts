import { chmod, mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import {
  answerRow,
  appendRows,
  promptRow,
  sessionFile,
  sessionId,
  writeRows,
} from '../testing/claude-home.ts'
import { testFolder, until } from '../testing/folder.ts'
import { type Machine, withMachines } from '../testing/machine.ts'
import type { Check } from './check.ts'
import { checkClock } from './link-checks.ts'
import { checkNode, checkWatchers } from './machine-checks.ts'

const machine = withMachines()

const doctor = async ({ watchbill }: Machine) => {
  const { code, out } = await watchbill(['doctor', '--json'])
  const { checks }: { checks: Check[] } = JSON.parse(out)
  return { code, checks, of: (name: string) => checks.filter((check) => check.name === name) }
}

it('finds nothing that fails on a machine that works, in words as in JSON', async () => {
  const here = await machine()
  await writeRows(sessionFile(here.home, sessionId(1)), [
    promptRow({ session: sessionId(1), atMs: Date.now() }, 1),
  ])
  await here.begin()
  const { code, checks, of } = await doctor(here)
  expect(checks.filter(({ state }) => state === 'fail')).toEqual([])
  expect(code).toBe(0)
  for (const name of [
    'node',
    'data folder',
    'config',
    'session folders',
    'daemon',
    'credential',
    'clock',
    'spool',
    'machine key',
    'audit log',
  ])
    expect(of(name)[0], name).toMatchObject({ state: 'ok', why: null, mend: null })
  await here.watchbill(['stop'])
  const stopped = await doctor(here)
  const text = (await here.watchbill(['doctor'])).out
  for (const { name, state, found, why, mend } of stopped.checks.filter(
    ({ name }) => !['clock', 'disk'].includes(name),
  ))
    for (const said of [name, state, found, why, mend]) if (said !== null) expect(text).toContain(said)
  expect(stopped.of('daemon')[0]).toMatchObject({ state: 'warn', mend: 'watchbill start' })
})

it('names what is wrong, why, and how to mend it', async () => {
  const here = await machine()
  const bare = await doctor(here)
  expect(bare.code).toBe(1)
  expect(bare.of('enrolment')[0]).toMatchObject({
    state: 'fail',
    mend: expect.stringContaining('watchbill enroll'),
  })
  await here.watchbill(['enroll', '--api', here.sink.url], 'test_token_123456')
  await mkdir(join(here.home, '.codex'), { recursive: true })
  await writeFile(join(here.home, '.codex/sessions'), 'not a folder')
  await writeFile(join(here.data, 'daemon/config.yaml'), 'version: 2\npaylod: none\n')
  await chmod(join(here.data, 'daemon'), 0o755)
  here.sink.refuse = () => ({ status: 401, code: 'unauthenticated' })
  const bad = await doctor(here)
  expect(bad.of('config')[0]).toMatchObject({ state: 'fail', mend: 'did you mean: payload' })
  expect(bad.of('data folder')[0]).toMatchObject({ state: 'fail', why: 'others may look into it' })
  expect(bad.of('session folders')[0]).toMatchObject({ state: 'fail', why: 'not a folder' })
  expect(bad.of('credential')[0]).toMatchObject({ state: 'fail', found: 'refused' })
  await here.sink.close()
  const away = await doctor(here)
  expect(away.of('control plane')[0]).toMatchObject({
    state: 'fail',
    why: expect.stringContaining('ECONNREFUSED'),
  })
  for (const { state, why, mend } of [...bare.checks, ...bad.checks, ...away.checks])
    expect([why === null, mend === null], state).toEqual(state === 'ok' ? [true, true] : [false, false])
  await here.sink.open()
})

it('says what a machine without its key does, and what does not hold about the log', async () => {
  const here = await machine()
  here.sink.book.log.spoilSignature = true
  await writeRows(sessionFile(here.home, sessionId(1)), [
    promptRow({ session: sessionId(1), atMs: Date.now() }, 1),
    answerRow({ session: sessionId(1), atMs: Date.now() }, 2, { name: 'Bash', input: { command: 'ls' } }),
  ])
  await here.begin()
  const key = join(here.data, 'daemon/machine-key.json')
  const { seed, publicKey } = JSON.parse(await readFile(key, 'utf8'))
  expect([(await stat(key)).mode & 0o777, here.sink.publicKeys]).toEqual([0o600, [publicKey]])
  const alarm = await until('the alarm', async () => {
    const [check] = (await doctor(here)).of('audit log')
    return check?.state === 'fail' ? check : null
  })
  expect(alarm.found).toContain('no key that the control plane names signs')
  await here.watchbill(['stop'])
  const sealed = () => here.sink.book.all().filter(({ header }) => header.type === 'producer.sealed').length
  expect(sealed()).toBe(1)
  expect(
    JSON.stringify([await readFile(join(here.data, 'daemon/log'), 'utf8'), here.sink.bodies]),
  ).not.toContain(seed)
  await writeFile(key, '{"v":1,"seed":"half a')
  await appendRows(sessionFile(here.home, sessionId(1)), [
    answerRow({ session: sessionId(1), atMs: Date.now() }, 3, { name: 'Bash', input: { command: 'ls' } }),
  ])
  const before = here.sink.book.all().length
  await here.watchbill(['start'])
  await until('entries without a seal', () => here.sink.book.all().length > before)
  expect((await doctor(here)).of('machine key')[0]).toMatchObject({
    state: 'warn',
    found: 'the machine key file is damaged',
    mend: expect.stringContaining('watchbill enroll'),
  })
  expect((await here.watchbill(['status'])).out).toContain('not signed for: the machine key file is damaged')
  await here.watchbill(['stop'])
  expect(sealed()).toBe(1)
})

it('weighs clocks, versions and limits', async () => {
  const at = Date.parse('2026-11-20T12:00:00Z')
  const clock = (offMs: number) => checkClock('Fri, 20 Nov 2026 12:00:00 GMT', at + offMs).state
  expect([0, 5000, 60_000, -60_000, 301_000, -301_000].map(clock)).toEqual([
    'ok',
    'ok',
    'warn',
    'warn',
    'fail',
    'fail',
  ])
  expect([checkClock(null, at).state, checkClock('soon', at).state]).toEqual(['warn', 'warn'])
  expect(['v18.20.0', 'v20.18.9', 'v20.19.0', 'v26.0.0'].map((version) => checkNode(version).state)).toEqual([
    'fail',
    'fail',
    'ok',
    'ok',
  ])
  const proc = await testFolder()
  expect((await checkWatchers(3, proc)).state).toBe('ok')
  await writeFile(join(proc, 'max_user_watches'), '8192\n')
  expect((await checkWatchers(3, proc)).state).toBe('ok')
  expect(await checkWatchers(8000, proc)).toMatchObject({
    state: 'warn',
    mend: expect.stringContaining('sysctl'),
  })
})
