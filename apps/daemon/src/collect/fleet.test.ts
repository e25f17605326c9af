import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Snapshot } from '@watchbill/contract/snapshots'
import { formats } from '@watchbill/runtimes'
import { afterEach, expect, it } from 'vitest'
import type { Weighed } from '../spool/coalesce.ts'
import {
  answerRow,
  appendRows,
  promptRow,
  resultRow,
  sessionFile,
  sessionId,
  writeRows,
} from '../testing/claude-home.ts'
import { testFolder } from '../testing/folder.ts'
import { sinkMachineId } from '../testing/sink.ts'
import { testAgentId } from '../testing/snapshot.ts'
import { Collector } from './collector.ts'
import { CursorStore } from './cursor-store.ts'
import { Fleet } from './fleet.ts'
import { LiveBook } from './live.ts'

const open: Collector[] = []
afterEach(async () => {
  for (const collector of open.splice(0)) await collector.close()
})

const watchHome = async (home: string, payload: 'none' | 'request' = 'request') => {
  const clock = { now: Date.now() }
  const taken: Weighed[] = []
  const failing = { next: false }
  const collector = new Collector({
    formats,
    surroundings: { home, env: {} },
    store: new CursorStore(await testFolder()),
    now: () => clock.now,
    log: () => {},
    changed: () => {},
  })
  open.push(collector)
  const live = new LiveBook({})
  const take = async (weighed: Weighed) => {
    if (failing.next) {
      failing.next = false
      throw new Error('no space left')
    }
    Snapshot.parse(weighed.snapshot)
    taken.push(weighed)
  }
  const machine = { id: sinkMachineId, name: 'test' }
  const fleet = new Fleet({
    machine,
    owner: null,
    payload,
    live,
    agentId: () => testAgentId,
    now: () => clock.now,
    randomBytes,
    take,
  })
  const look = async (whole = false) => {
    await collector.sweep()
    await collector.settled()
    await live.poll(collector.installations.values(), clock.now)
    fleet.evaluate(collector.installations.values(), whole)
    await new Promise((resolve) => setImmediate(resolve))
    return taken.splice(0)
  }
  return { look, clock, failing }
}

const states = (taken: readonly Weighed[]) =>
  taken.flatMap(({ snapshot }) =>
    snapshot.sessions.map(({ nativeId, state, stateSource }) => [nativeId, state, stateSource]),
  )

it('says everything first, then only what changed, then only that it is still there', async () => {
  const home = await testFolder()
  const [one, two] = [sessionId(1), sessionId(2)]
  const at = (session: string, ageMs: number) => ({ session, atMs: Date.now() - ageMs })
  await writeRows(sessionFile(home, one), [
    promptRow(at(one, 3000), 1),
    answerRow(at(one, 2000), 2, { name: 'Bash', input: { command: 'git push --force' } }),
  ])
  await writeRows(sessionFile(home, two), [
    promptRow(at(two, 86_400_000), 3),
    answerRow(at(two, 86_300_000), 4),
  ])
  const { look, clock } = await watchHome(home)
  const first = await look(true)
  expect(states(first)).toEqual([
    [one, 'working', 'observed'],
    [two, 'ended', 'inferred'],
  ])
  expect(first[0]).toMatchObject({
    weight: 'state',
    snapshot: { liveness: 'running', agent: { name: 'Claude Code', version: '2.1.328' } },
  })
  expect(first[0]?.snapshot.sessions[0]).toMatchObject({
    tool: { name: 'Bash', request: 'git push' },
    project: 'shop',
  })
  expect(await look(true)).toEqual([])

  await appendRows(sessionFile(home, one), [
    resultRow(at(one, 1000), 5, 2, 'ok'),
    answerRow(at(one, 500), 6, { name: 'Read', input: {} }),
  ])
  const second = await look()
  expect(states(second)).toEqual([[one, 'working', 'observed']])
  expect(second[0]?.weight).toBe('progress')
  expect(second[0]?.snapshot.sessions[0]?.tokens.input).toBe(20)

  clock.now += 20_100
  const third = await look()
  expect(third).toMatchObject([{ weight: 'heartbeat', snapshot: { sessions: [] } }])
})

it('keeps a session that was seen at work open when it goes quiet, so that it can turn stale', async () => {
  const home = await testFolder()
  const one = sessionId(1)
  const at = { session: one, atMs: Date.now() - 1000 }
  await writeRows(sessionFile(home, one), [promptRow(at, 1), answerRow(at, 2, { name: 'Bash', input: {} })])
  const { look, clock } = await watchHome(home)
  await look(true)
  clock.now += 3_600_000
  const later = await look(true)
  expect(states(later).filter(([, state]) => state === 'ended')).toEqual([])
})

it('takes growth for activity, whatever time a row claims', async () => {
  const home = await testFolder()
  const one = sessionId(1)
  const at = { session: one, atMs: Date.now() - 86_400_000 }
  await writeRows(sessionFile(home, one), [promptRow(at, 1), answerRow(at, 2)])
  const { look } = await watchHome(home)
  expect(states(await look(true))).toEqual([[one, 'ended', 'inferred']])
  await appendRows(sessionFile(home, one), [promptRow({ ...at, atMs: at.atMs + 1 }, 3)])
  expect(states(await look())).toEqual([[one, 'working', 'observed']])
})

it('lets the live list beat file age, and shows a session that has no file yet', async () => {
  const home = await testFolder()
  const [one, two] = [sessionId(1), sessionId(2)]
  const at = { session: one, atMs: Date.now() - 86_400_000 }
  await writeRows(sessionFile(home, one), [
    promptRow(at, 1),
    answerRow(at, 2, { name: 'Bash', input: { command: 'npm test' } }),
  ])
  await mkdir(join(home, '.claude/sessions'))
  const row = { sessionId: one, status: 'waiting', waitingFor: 'permission prompt' }
  await writeFile(join(home, '.claude/sessions', `${process.pid}.json`), JSON.stringify(row))
  await writeFile(
    join(home, '.claude/sessions', `${process.ppid}.json`),
    JSON.stringify({ sessionId: two, status: 'idle' }),
  )
  const { look } = await watchHome(home)
  const [first] = await look(true)
  expect(first?.snapshot.liveness).toBe('running')
  const sessions = new Map(first?.snapshot.sessions.map((session) => [session.nativeId, session]))
  expect(sessions.get(one)).toMatchObject({
    state: 'waiting',
    stateSource: 'reported',
    waiting: { kind: 'permission' },
  })
  expect(sessions.get(two)).toMatchObject({ state: 'idle', tokens: { input: null } })
})

it('keeps program and subcommand to itself where the payload level says so', async () => {
  const home = await testFolder()
  const one = sessionId(1)
  const at = { session: one, atMs: Date.now() - 1000 }
  await writeRows(sessionFile(home, one), [
    promptRow(at, 1),
    answerRow(at, 2, { name: 'Bash', input: { command: 'git push' } }),
  ])
  const { look } = await watchHome(home, 'none')
  const [first] = await look(true)
  expect(first?.snapshot.sessions[0]?.tool).toMatchObject({ name: 'Bash', request: null })
})

it('says unreadable with the reason, never stopped', async () => {
  const home = await testFolder()
  await mkdir(join(home, '.claude'))
  await writeFile(join(home, '.claude/projects'), '')
  const { look } = await watchHome(home)
  expect(await look(true)).toMatchObject([
    {
      snapshot: { liveness: 'unreadable', livenessReason: '~/.claude/projects: not a folder', sessions: [] },
    },
  ])
})

it('makes no agent of a folder nobody ever worked in', async () => {
  const home = await testFolder()
  await mkdir(join(home, '.claude/projects'), { recursive: true })
  const { look } = await watchHome(home)
  expect(await look(true)).toEqual([])
})

it('says everything again after a snapshot could not be kept', async () => {
  const home = await testFolder()
  const one = sessionId(1)
  const at = { session: one, atMs: Date.now() - 1000 }
  await writeRows(sessionFile(home, one), [promptRow(at, 1)])
  const { look, failing } = await watchHome(home)
  failing.next = true
  expect(await look(true)).toEqual([])
  expect(states(await look())).toEqual([[one, 'working', 'observed']])
})

it('knows one session under two folders as one, and a file written anew as the same session (rows 12 and 13)', async () => {
  const home = await testFolder()
  const id = '1f2a70d7-0000-4000-8000-000000000001'
  const at = new Date(Date.now() - 1000).toISOString()
  const header = { sessionId: id, projectHash: 'x', startTime: at, lastUpdated: at, kind: 'main' }
  const user = { id: 'm1', timestamp: at, type: 'user', content: [{ text: 'hello' }] }
  const answer = (input: number) => ({
    id: 'm2',
    timestamp: at,
    type: 'gemini',
    content: 'done',
    tokens: { input, output: 2, cached: 0, thoughts: 0, tool: 0, total: input + 2 },
  })
  const file = (folder: string) =>
    join(home, '.gemini/tmp', folder, 'chats/session-2026-11-20T09-29-1f2a70d7.jsonl')
  await writeRows(file('shop'), [header, user, answer(5)])
  await writeRows(file('0a1b2c'), [header, user, answer(5)])
  const { look } = await watchHome(home)
  const inputs = (taken: readonly Weighed[]) =>
    taken.flatMap(({ snapshot }) => snapshot.sessions.map(({ nativeId, tokens }) => [nativeId, tokens.input]))
  expect(inputs(await look(true))).toEqual([[id, 5]])
  await appendRows(file('shop'), [answer(9)])
  expect(inputs(await look())).toEqual([[id, 9]])
  const messages = [user, answer(9), { ...answer(4), id: 'm3' }]
  await writeRows(file('shop'), [header, { $set: { messages, lastUpdated: at } }])
  expect(inputs(await look())).toEqual([[id, 13]])
})
