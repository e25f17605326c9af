import { copyFileSync, rmSync } from 'node:fs'
import { merkle, notes } from '@watchbill/ledger'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import { openAt, openTestDatabase, type TestDatabase } from '../testing/database.ts'
import {
  contradictionsIn,
  createSealDesk,
  openPlaceAt,
  openTestPlace,
  readPublished,
} from '../testing/seal-desk.ts'
import { readSealState } from './store.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const openPlace = async () => {
  const opened = await openTestPlace()
  cleanups.push(opened.cleanup)
  return opened
}

describeBackends('sealing', (open) => {
  const start = async () => {
    const database = await open()
    cleanups.push(() => database.cleanup())
    const { place } = await openPlace()
    return { database, place, ...(await createSealDesk(database, place)) }
  }

  it('fixes an origin, makes a key with an entry of its own, and signs what there is', async () => {
    const { database, seal, add } = await start()
    await add(3)
    expect(await seal()).toEqual({ kind: 'sealed', size: 4 })
    const [log] = await database.raw("SELECT origin, epoch FROM logs WHERE workspace_id = 'default'")
    expect(log).toEqual({ origin: 'watchbill.test:4040/log/default', epoch: 0 })
    const [key] = await database.raw('SELECT vkey, added_seq FROM log_keys')
    expect(key?.added_seq).toBe(3)
    const [payload] = await database.raw('SELECT payload FROM payloads WHERE seq = 3')
    expect(JSON.parse(String(payload?.payload))).toMatchObject({ vkey: key?.vkey })
    expect(notes.parseVerifierKey(String(key?.vkey))?.name).toBe(log?.origin)
    expect(await readPublished(database)).toHaveLength(1)
    expect(await contradictionsIn(database)).toEqual([])
  })

  it('signs again only when the log grew, and each checkpoint extends the one before', async () => {
    const { database, seal, add } = await start()
    await add(1)
    for (const [count, size] of [
      [0, 2],
      [0, 2],
      [5, 7],
      [1, 8],
      [0, 8],
    ] as const) {
      await add(count)
      expect(await seal()).toEqual({ kind: 'sealed', size })
    }
    expect((await readPublished(database)).map((one) => one.size)).toEqual([2, 7, 8])
    expect(await contradictionsIn(database)).toEqual([])
  })

  it('is one signer however many seal at once', async () => {
    const { database, place, add } = await start()
    const desks = await Promise.all([1, 2, 3, 4].map(() => createSealDesk(database, place)))
    for (let round = 0; round < 6; round += 1) {
      await add(2)
      const outcomes = await Promise.all(desks.map((desk) => desk.seal()))
      expect(outcomes.filter(({ kind }) => kind !== 'sealed' && kind !== 'raced')).toEqual([])
    }
    expect((await desks[0]?.seal())?.kind).toBe('sealed')
    const keys = await database.raw('SELECT count(*) AS n FROM log_keys')
    expect(keys).toEqual([{ n: 1 }])
    expect(await contradictionsIn(database)).toEqual([])
  })

  it('leaves an empty log alone, and logs of one installation apart', async () => {
    const { database, seal, add } = await start()
    expect(await seal('other')).toEqual({ kind: 'sealed', size: 0 })
    await add(1)
    await add(2, 'demo')
    await seal()
    expect(await seal('demo')).toEqual({ kind: 'sealed', size: 3 })
    const [demo] = await database.raw("SELECT origin FROM logs WHERE workspace_id = 'demo'")
    // A demo may be deleted and made anew: chance keeps the two logs apart.
    expect(demo?.origin).toMatch(/^[0-9a-f]{32}\.watchbill\.localhost\/log\/demo$/)
    expect(await contradictionsIn(database, 'demo')).toEqual([])
  })
})

/** A copy of the file as a backup would be: the write-ahead log moved into it first. */
const backUp = async (database: TestDatabase, to: string) => {
  await database.raw('PRAGMA wal_checkpoint(TRUNCATE)')
  copyFileSync(database.path, to)
}

describe('refuses to sign', () => {
  let database: TestDatabase
  let path: string
  beforeEach(async () => {
    database = await openTestDatabase()
    path = `${database.path}.copy`
    cleanups.push(() => database.cleanup())
  })

  const reasonOf = (outcome: Awaited<ReturnType<Awaited<ReturnType<typeof createSealDesk>>['seal']>>) =>
    outcome.kind === 'refused' ? outcome.reason : `not refused: ${JSON.stringify(outcome)}`

  /** A sealed log of 4, its copy, and then six entries more, sealed. */
  const openRestored = async () => {
    const opened = await openPlace()
    const desk = await createSealDesk(database, opened.place)
    await desk.add(3)
    await desk.seal()
    await backUp(database, path)
    await desk.add(6)
    await desk.seal()
    const copy = await openAt(`file:${path}`, {}, () => rmSync(path, { force: true }))
    cleanups.push(() => copy.cleanup())
    return { ...opened, desk, copy, restored: await createSealDesk(copy, opened.place) }
  }

  it('over the lost tail of a restored database, whether or not it grows past it again', async () => {
    const { copy, restored, desk } = await openRestored()
    expect(reasonOf(await restored.seal())).toMatch(/ends at 4 entries, but 10 have been sealed/)
    await restored.add(3)
    expect(reasonOf(await restored.seal())).toMatch(/ends at 7 entries, but 10 have been sealed/)
    await restored.add(3)
    expect(reasonOf(await restored.seal())).toMatch(/an older database came back, and went on/)
    await restored.add(9)
    expect(reasonOf(await restored.seal())).toMatch(/an older database came back, and went on/)
    expect((await readPublished(copy)).map((one) => one.size)).toEqual([4])
    // The newest database goes on as if nothing had been.
    await desk.add(1)
    expect(await desk.seal()).toEqual({ kind: 'sealed', size: 11 })
  })

  it('when the second place is gone, older, damaged or not a database', async () => {
    const { path: anchor, desk } = await openRestored()
    const empty = await openPlace()
    expect(reasonOf(await (await createSealDesk(database, empty.place)).seal())).toMatch(
      /knows nothing of this log/,
    )
    await desk.sealing.place.close()
    const change = await openAt(`file:${anchor}`, {}, () => {})
    const seal = async () => {
      const place = await openPlaceAt(anchor)
      const outcome = await (await createSealDesk(database, place)).seal()
      await place.close()
      return outcome
    }
    const [before] = await change.raw('SELECT size FROM anchors')
    await change.raw('UPDATE anchors SET size = size - 1')
    expect(reasonOf(await seal())).toMatch(/is damaged/)
    await change.raw('UPDATE anchors SET size = ?', [Number(before?.size)])
    expect(await seal()).toEqual({ kind: 'sealed', size: 10 })
    await change.cleanup()
    rmSync(`${anchor}-wal`, { force: true })
    copyFileSync(new URL(import.meta.url), anchor)
    const broken = await openPlaceAt(anchor).then(
      async (place) => (await createSealDesk(database, place)).seal(),
      (error: unknown) => ({ kind: 'away', reason: String(error) }),
    )
    expect(broken.kind).toBe('away')
  })

  it('when an older second place came back', async () => {
    const { place, path: anchor, cleanup } = await openTestPlace()
    cleanups.push(cleanup)
    const desk = await createSealDesk(database, place)
    await desk.add(1)
    await desk.seal()
    const old = await place.read('default')
    await desk.add(1)
    await desk.seal()
    const now = await place.read('default')
    expect(
      await place.advance('default', now, old ?? { origin: '', epoch: 0, size: 0, root: new Uint8Array(32) }),
    ).toBe(true)
    expect(reasonOf(await desk.seal())).toMatch(
      new RegExp(`${anchor}.* ends at 2, but 3 entries have been sealed`),
    )
  })

  it('with another master key, and before the second place moves', async () => {
    const { place } = await openPlace()
    const desk = await createSealDesk(database, place)
    await desk.add(1)
    await desk.seal()
    await desk.add(1)
    const anchor = await place.read('default')
    const wrong = await createSealDesk(database, place, new Uint8Array(32).fill(8))
    expect(reasonOf(await wrong.seal())).toMatch(/master key does not open/)
    expect(await place.read('default')).toEqual(anchor)
    expect(await desk.seal()).toEqual({ kind: 'sealed', size: 3 })
  })

  it('a tree that was rewritten with everything that belongs to it', async () => {
    const { place } = await openPlace()
    const desk = await createSealDesk(database, place)
    await desk.add(5)
    await desk.seal()
    // Another leaf and the head that fits it, as somebody with the file in hand would write them.
    await database.raw('DROP TRIGGER entries_no_update')
    await database.raw("UPDATE entries SET leaf = zeroblob(32) WHERE workspace_id = 'default' AND seq = 1")
    const rows = await database.raw("SELECT leaf FROM entries WHERE workspace_id = 'default' ORDER BY seq")
    const leaves = rows.map(({ leaf }) =>
      leaf instanceof ArrayBuffer ? new Uint8Array(leaf) : new Uint8Array(),
    )
    const frontier = leaves.reduce((tree, leaf) => merkle.appendLeaf(tree, leaf), merkle.emptyFrontier)
    await database.raw("UPDATE logs SET frontier = ? WHERE workspace_id = 'default'", [
      merkle.formatFrontier(frontier),
    ])
    expect(reasonOf(await desk.seal())).toMatch(/what was sealed has been changed/)
    await desk.add(1)
    expect(reasonOf(await desk.seal())).toMatch(/what was sealed has been changed/)
    expect((await readSealState(database.dbFor('default'), 'default'))?.sealedSize).toBe(6)
  })
})
