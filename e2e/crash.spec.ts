import type { ChildProcess } from 'node:child_process'
import type { Client } from '@watchbill/contract/client'
import { createClaudeHome } from './claude-home.ts'
import { expect, test } from './fixtures.ts'
import { anId, aSession, aSnapshot, type SnapshotInput } from './reports.ts'
import { createSeeded } from './seeded.ts'
import { end, startDaemon } from './stack.ts'

const rounds = process.env.WATCHBILL_DRILLS === '1' ? 50 : 5

test(`kill -9 of the control plane during ingest, ${rounds} times: nothing acknowledged is lost`, async ({
  plane,
  client,
}) => {
  test.setTimeout(240_000 + rounds * 20_000)
  const random = createSeeded('control plane')
  const machine = { id: anId('mch'), name: 'crash-host' }
  const reporters = Array.from({ length: 4 }, (_, index) => ({
    agent: { id: anId('agt'), runtime: 'codex', name: `agent-${index}` },
    session: aSession(),
  }))
  const acknowledged: SnapshotInput[] = []
  for (let round = 0; round < rounds; round += 1) {
    const posting = post(client, acknowledged, (count) => {
      const { agent, session } = taking(reporters, count)
      return aSnapshot({ machine, agent, sessions: [{ ...session, toolCalls: count }] })
    })
    // In the middle of ingest, however long this machine takes to get there.
    const before = acknowledged.length
    await expect.poll(() => acknowledged.length, { intervals: [10] }).toBeGreaterThan(before + 1)
    await pause(random() * 400)
    await plane.kill('SIGKILL')
    await posting
    await plane.restart()
  }
  expect(acknowledged.length).toBeGreaterThan(rounds)
  for (let from = 0; from < acknowledged.length; from += 100) {
    const { receipts } = await client.postSnapshots({
      body: { snapshots: acknowledged.slice(from, from + 100) },
    })
    expect(receipts.filter(({ status }) => status !== 'duplicate')).toEqual([])
  }
  const { sessions: found } = await client.listSessions({ query: { limit: '500' } })
  expect(found.map(({ id }) => id).sort()).toEqual(reporters.map(({ session }) => session.id).sort())
})

test(`kill -9 of the daemon while it reads, ${rounds} times: every session once, totals exact`, async ({
  plane,
  client,
}) => {
  test.setTimeout(240_000 + rounds * 20_000)
  const random = createSeeded('daemon')
  const { home, begin } = await createClaudeHome()
  const sessions = [await begin(), await begin(), await begin()]
  const calls = sessions.map(() => 0)
  let daemon: ChildProcess = await startDaemon(plane, home)
  for (let round = 0; round < rounds; round += 1) {
    for (let step = 0; step < 20; step += 1) {
      const index = Math.floor(random() * sessions.length)
      await sessions[index]?.callTool('npm test')
      calls[index] = (calls[index] ?? 0) + 1
      await pause(random() * 30)
    }
    await end(daemon, 'SIGKILL')
    if (round % 2 === 1) {
      await plane.kill('SIGKILL')
      await plane.restart()
    }
    daemon = await startDaemon(plane, home)
  }
  const expected = sessions
    .map(({ nativeId }, index) => [nativeId, (calls[index] ?? 0) * 10, (calls[index] ?? 0) * 5])
    .sort()
  await expect.poll(async () => (await totals(client)).sort(), { timeout: 180_000 }).toEqual(expected)
  await end(daemon, 'SIGTERM')
})

const totals = async (client: Client) =>
  (await client.listSessions({ query: { limit: '500' } })).sessions.map(({ nativeId, tokens }) => [
    nativeId,
    tokens.input,
    tokens.output,
  ])

/** Posts one snapshot after the other until the server is gone; remembers those it answered for. */
const post = async (
  client: Client,
  acknowledged: SnapshotInput[],
  make: (count: number) => SnapshotInput,
) => {
  for (;;) {
    const snapshot = make(acknowledged.length)
    try {
      await client.postSnapshots({ body: { snapshots: [snapshot] } })
    } catch {
      return
    }
    acknowledged.push(snapshot)
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Takes turns. */
const taking = <T>(items: readonly T[], turn: number): T => {
  const item = items[turn % items.length]
  if (item === undefined) throw new Error('nothing to take turns with')
  return item
}
