import { spawn } from 'node:child_process'
import { stat, statfs } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { isAlive } from './alive.ts'
import type { DaemonStatus } from './instance/status.ts'
import { answerRow, appendRows, promptRow, sessionFile, sessionId, writeRows } from './testing/claude-home.ts'
import { cursorOffsets } from './testing/cursor-files.ts'
import { until } from './testing/folder.ts'
import { type Machine, programPath, withMachines } from './testing/machine.ts'
import { fillTheRest, mountSmallDisk } from './testing/small-disk.ts'

const machine = withMachines()
const session = sessionId(1)

const rows = (from: number, count: number) =>
  Array.from({ length: count }, (_, index) =>
    answerRow({ session, atMs: Date.now() }, from + index, { name: 'Bash', input: { command: 'npm test' } }),
  )

const statusOf = async ({ watchbill }: Machine): Promise<DaemonStatus> =>
  JSON.parse((await watchbill(['status', '--json'])).out).daemon

const calls = ({ sink }: Machine): unknown[] =>
  sink.book.all().flatMap(({ payload }) => (payload.call === undefined ? [] : [payload.call]))

const expectedCalls = (count: number) => Array.from({ length: count }, (_, index) => `toolu_${index}`)

const storedOffset = async ({ data }: Machine): Promise<number> => (await cursorOffsets(data))[0] ?? 0

it('waits while the disk is full, says so, drops telemetry only, and goes on by itself', async (context) => {
  const here = await machine()
  if (!mountSmallDisk(here.data, 1024)) {
    console.warn(
      'NOT RUN: this user may not mount a small disk; the limit on file sizes below is tried instead',
    )
    return context.skip()
  }
  const file = sessionFile(here.home, session)
  await writeRows(file, [promptRow({ session, atMs: Date.now() }, 900_000), ...rows(0, 10)])
  await here.begin()
  await until('the first entries', () => calls(here).length === 10)
  await here.sink.close()
  await until('telemetry', async () => {
    await appendRows(file, [promptRow({ session, atMs: Date.now() }, 900_001)])
    return (await statusOf(here)).spool.pending > 0
  })
  let written = 10
  await until('a full disk', async () => {
    await appendRows(file, rows(written, 100))
    written += 100
    return (await statusOf(here)).entries.blocked !== null
  })
  const { entries, spool } = await statusOf(here)
  expect(entries.blocked).toBe('the disk is full')
  fillTheRest(here.data)
  expect(spool.dropped.state + spool.dropped.progress + spool.dropped.heartbeat).toBeGreaterThan(0)
  const { size } = await stat(file)
  await sleep(2500)
  expect(await storedOffset(here), 'the cursor stands behind what could not be written').toBeLessThan(size)
  expect((await statusOf(here)).entries.next, 'nothing is numbered meanwhile').toBe(entries.next)
  await appendRows(file, rows(written, 50))
  written += 50
  await here.sink.open()
  await until('everything', () => calls(here).length >= written, 120_000)
  expect(calls(here)).toEqual(expectedCalls(written))
  await until('an empty spool', async () => (await statusOf(here)).entries.pending === 0)
  expect((await statusOf(here)).entries.blocked).toBeNull()
  const { bavail, blocks } = await statfs(here.data)
  expect(bavail / blocks, 'what arrived gave its room back').toBeGreaterThan(0.3)
})

it('comes through a kill on a full disk', async (context) => {
  const here = await machine()
  if (!mountSmallDisk(here.data, 1024)) {
    console.warn('NOT RUN: this user may not mount a small disk')
    return context.skip()
  }
  const file = sessionFile(here.home, session)
  await writeRows(file, [promptRow({ session, atMs: Date.now() }, 900_000), ...rows(0, 1500)])
  const pid = await here.begin()
  await until('the first entries', () => calls(here).length > 0)
  await here.sink.close()
  await appendRows(file, rows(1500, 1500))
  await until('a full disk', async () => (await statusOf(here)).entries.blocked !== null)
  process.kill(pid, 'SIGKILL')
  // One that is still dying counts as running, and nobody would start another.
  await until('its death', () => !isAlive(pid))
  await here.sink.open()
  await until('a new start', async () => (await here.watchbill(['start'])).code === 0)
  await until('everything', () => calls(here).length >= 3000, 120_000)
  expect(calls(here)).toEqual(expectedCalls(3000))
})

it('goes on after a limit on file sizes was hit, as soon as entries have arrived (needs no rights)', async () => {
  const here = await machine()
  const file = sessionFile(here.home, session)
  await writeRows(file, [promptRow({ session, atMs: Date.now() }, 900_000)])
  expect((await here.watchbill(['enroll', '--api', here.sink.url], 'test_token_123456')).code).toBe(0)
  const start = `ulimit -f 1000; exec '${process.execPath}' '${programPath()}' start`
  const child = spawn('bash', ['-c', start], {
    env: { PATH: process.env.PATH, ...here.env },
    stdio: 'ignore',
  })
  await new Promise((resolve) => child.on('close', resolve))
  await until('the first entry', () => here.sink.book.all().length > 0)
  await here.sink.close()
  await appendRows(file, rows(0, 3000))
  await until('the limit', async () => (await statusOf(here)).entries.blocked !== null)
  expect((await statusOf(here)).entries.blocked).toBe('a limit on the size of files is reached')
  await here.sink.open()
  await until('everything', () => calls(here).length >= 3000, 120_000)
  expect(calls(here)).toEqual(expectedCalls(3000))
})
