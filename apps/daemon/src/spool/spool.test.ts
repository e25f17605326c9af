import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { testSession, testSnapshot } from '../testing/snapshot.ts'
import { Spool } from './spool.ts'

const open = (folder: string, limitBytes?: number) =>
  Spool.open(folder, { now: () => 0, ...(limitBytes === undefined ? {} : { limitBytes }) })

const ids = (spool: Spool) => spool.take(1000, 1e9).map(({ snapshot }) => snapshot.id)

it('gives back in order, after a restart too, until it is told that they arrived', async () => {
  const folder = await testFolder()
  const spool = await open(folder)
  const snapshots = [1, 2, 3].map((count) => testSnapshot([testSession('a', count)]))
  for (const snapshot of snapshots) await spool.add({ weight: 'state', snapshot })
  const [first] = spool.take(1, 1e9)
  await spool.done([first?.seq ?? 0])
  await spool.close()
  const again = await open(folder)
  expect(ids(again)).toEqual(snapshots.slice(1).map(({ id }) => id))
  expect(ids(again), 'taken is not gone').toHaveLength(2)
  await again.close()
})

it('folds what changed no state into the next of the same agent, and keeps every state', async () => {
  const spool = await open(await testFolder())
  await spool.add({ weight: 'state', snapshot: testSnapshot([testSession('a', 1)]) })
  await spool.add({ weight: 'progress', snapshot: testSnapshot([testSession('a', 2), testSession('b', 1)]) })
  await spool.add({ weight: 'heartbeat', snapshot: testSnapshot() })
  const last = testSnapshot([testSession('a', 3)])
  await spool.add({ weight: 'progress', snapshot: last })
  const [state, folded, ...more] = spool.take(10, 1e9)
  expect(more).toEqual([])
  expect(state?.snapshot.sessions.map(({ tokens }) => tokens.input)).toEqual([1])
  expect(folded?.snapshot.id).toBe(last.id)
  expect(folded?.snapshot.sessions.map(({ nativeId, tokens }) => [nativeId, tokens.input])).toEqual([
    ['b', 1],
    ['a', 3],
  ])
  await spool.close()
})

it('leaves alone what was sent before, and what belongs to another agent', async () => {
  const spool = await open(await testFolder())
  const sent = testSnapshot([testSession('a', 1)])
  await spool.add({ weight: 'progress', snapshot: sent })
  expect(ids(spool)).toEqual([sent.id])
  const next = testSnapshot([testSession('a', 2)])
  await spool.add({ weight: 'progress', snapshot: next })
  const agent = { ...next.agent, id: 'agt_00000000-0000-8000-8000-000000000002' }
  const other = testSnapshot([], { agent })
  await spool.add({ weight: 'heartbeat', snapshot: other })
  expect(ids(spool)).toEqual([sent.id, next.id, other.id])
  await spool.close()
})

it('stays within its size: heartbeats go first, then progress, and all are counted', async () => {
  const folder = await testFolder()
  const spool = await open(folder, 6000)
  const agentOf = (index: number) => ({
    ...testSnapshot().agent,
    id: `agt_00000000-0000-8000-8000-0000000001${String(index).padStart(2, '0')}`,
  })
  for (let index = 0; index < 8; index += 1) {
    await spool.add({ weight: 'heartbeat', snapshot: testSnapshot([], { agent: agentOf(index) }) })
    await spool.add({ weight: 'state', snapshot: testSnapshot([testSession('a', index)]) })
  }
  expect(spool.counts.sizeBytes).toBeLessThanOrEqual(6000)
  expect(spool.counts.dropped.heartbeat).toBe(8)
  const kept = spool.take(100, 1e9)
  expect(kept.at(-1)?.snapshot.sessions[0]?.tokens.input, 'the newest is never the one that goes').toBe(7)
  expect(spool.counts.dropped.state).toBe(8 - kept.length)
  await spool.close()
  const again = await open(folder, 6000)
  expect(ids(again)).toEqual(kept.map(({ snapshot }) => snapshot.id))
  await again.close()
})

it('sets aside with a reason what was refused, and does not keep it in the way', async () => {
  const folder = await testFolder()
  const spool = await open(folder)
  await spool.add({ weight: 'state', snapshot: testSnapshot() })
  const [item] = spool.take(1, 1e9)
  await spool.setAside(item?.seq ?? 0, 'invalid_request: no')
  expect(spool.counts).toMatchObject({ pending: 0, setAside: 1 })
  await spool.close()
  const line: unknown = JSON.parse(await readFile(join(folder, 'aside.log'), 'utf8'))
  expect(line).toMatchObject({ reason: 'invalid_request: no', item: { id: item?.snapshot.id } })
  const again = await open(folder)
  expect(again.counts).toMatchObject({ pending: 0, setAside: 1 })
  await again.close()
})

it('does not grow on disk with what has arrived', async () => {
  const folder = await testFolder()
  const spool = await open(folder)
  for (let count = 0; count < 600; count += 1) {
    await spool.add({ weight: 'state', snapshot: testSnapshot([testSession('a', count)]) })
    await spool.done(spool.take(10, 1e9).map(({ seq }) => seq))
  }
  await spool.close()
  expect((await readFile(join(folder, 'spool.log'))).length).toBeLessThan(300 * 1024)
})

it("sets aside what another machine's credential left behind", async () => {
  const spool = await open(await testFolder())
  await spool.add({ weight: 'state', snapshot: testSnapshot() })
  await spool.keepOnly('mch_00000000-0000-7000-8000-000000000000')
  expect(spool.counts).toMatchObject({ pending: 0, setAside: 1 })
  await spool.close()
})
