import { copyFileSync, rmSync } from 'node:fs'
import { notes } from '@watchbill/ledger'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { openAt, openTestDatabase, type TestDatabase } from '../testing/database.ts'
import { contradictionsIn, createSealDesk, openTestPlace, readPublished } from '../testing/seal-desk.ts'
import { continueLog, lostRange } from './continue.ts'
import type { SecondPlace } from './sealing.ts'

const actor = { kind: 'installation', id: 'test' } as const
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

let database: TestDatabase
let place: SecondPlace
beforeEach(async () => {
  database = await openTestDatabase()
  const opened = await openTestPlace()
  place = opened.place
  cleanups.push(() => database.cleanup(), opened.cleanup)
})

/** The database as it is now, under a name of its own. */
const copyOf = async (name: string): Promise<TestDatabase> => {
  await database.raw('PRAGMA wal_checkpoint(TRUNCATE)')
  const path = `${database.path}.${name}`
  copyFileSync(database.path, path)
  const copy = await openAt(`file:${path}`, {}, () => rmSync(path, { force: true }))
  cleanups.push(() => copy.cleanup())
  return copy
}

/** Four entries sealed and copied, six more sealed and then lost: the copy and a sealer on it. */
const restore = async () => {
  const desk = await createSealDesk(database, place)
  await desk.add(3)
  await desk.seal()
  const copy = await copyOf('restored')
  await desk.add(6)
  await desk.seal()
  return { copy, desk, restored: await createSealDesk(copy, place) }
}

it('has nothing to do while the database extends what was sealed', async () => {
  const desk = await createSealDesk(database, place)
  await desk.add(1)
  await desk.seal()
  await desk.add(1)
  expect(await continueLog(desk.deps, desk.sealing, 'default', actor)).toBeNull()
})

it('takes the same tree up under a new origin, and says for ever what was lost', async () => {
  const { copy, restored } = await restore()
  const [before] = await readPublished(copy)
  const continued = await continueLog(restored.deps, restored.sealing, 'default', actor)
  const origin = 'watchbill.test:4040/log/default/1'
  expect(continued).toEqual({ origin, epoch: 1, restoredSize: 4, oldSize: 10 })
  expect(continued && lostRange(continued)).toEqual({ from: 4, to: 9 })
  // log.continued is entry 4, key.added is entry 5.
  expect(await restored.seal()).toEqual({ kind: 'sealed', size: 6 })
  const [epoch] = await copy.raw('SELECT * FROM log_epochs WHERE epoch = 1')
  expect(epoch).toMatchObject({
    origin,
    size: 4,
    old_origin: 'watchbill.test:4040/log/default',
    old_size: 10,
  })
  const [entry] = await copy.raw('SELECT CAST(header AS TEXT) AS header FROM entries WHERE seq = 4')
  expect(JSON.parse(String(entry?.header)).type).toBe('log.continued')
  const [payload] = await copy.raw('SELECT payload FROM payloads WHERE seq = 4')
  expect(JSON.parse(String(payload?.payload))).toMatchObject({ origin, oldSize: 10, restoredSize: 4 })
  // What the old origin signed stays as it was, and nothing more is signed in its name.
  const published = await readPublished(copy)
  expect(published.map(({ epoch, size }) => [epoch, size])).toEqual([
    [0, 4],
    [1, 6],
  ])
  expect(published[0]).toEqual(before)
  expect(notes.parseNote(published[1]?.note ?? '')?.text.startsWith(`${origin}\n`)).toBe(true)
  expect(await contradictionsIn(copy)).toEqual([])
})

it('owns up to all that is lost, also where other entries were written in its place since', async () => {
  for (const more of [2, 6, 9]) {
    const { copy, restored } = await restore()
    await restored.add(more)
    const refused = await restored.seal()
    expect(refused).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/an older database came back.*log continue/),
    })
    const continued = await continueLog(restored.deps, restored.sealing, 'default', actor)
    expect(continued).toMatchObject({ restoredSize: 4, oldSize: 10 })
    expect(await restored.seal()).toEqual({ kind: 'sealed', size: 4 + more + 2 })
    const [epoch] = await copy.raw('SELECT size, old_size FROM log_epochs WHERE epoch = 1')
    expect(epoch).toMatchObject({ size: 4, old_size: 10 })
    expect(await contradictionsIn(copy)).toEqual([])
    await cleanups.pop()?.()
    await database.cleanup()
    database = await openTestDatabase()
    const opened = await openTestPlace()
    place = opened.place
    cleanups.push(opened.cleanup)
  }
})

it('signs the new epoch with the old key too, so that those who trust it can follow', async () => {
  const { copy, restored } = await restore()
  await continueLog(restored.deps, restored.sealing, 'default', actor)
  await restored.seal()
  const [old] = await copy.raw('SELECT vkey FROM log_keys WHERE epoch = 0')
  const trusted = notes.parseVerifierKey(String(old?.vkey))
  const newest = (await readPublished(copy)).at(-1)
  const verdict = await notes.verifyNote(newest?.note ?? '', trusted ? [trusted] : [])
  expect(verdict).toMatchObject({ refused: null, verified: [{ text: old?.vkey }] })
})

it('goes on where it was cut short, after every step', async () => {
  for (const cut of ['log_epochs', 'logs'] as const) {
    const { copy, restored } = await restore()
    const broken = {
      ...restored.deps,
      [cut === 'logs' ? 'ingest' : 'record']: () => Promise.reject(new Error('cut')),
    }
    await expect(continueLog(broken, restored.sealing, 'default', actor)).rejects.toThrow('cut')
    const again = await continueLog(restored.deps, restored.sealing, 'default', actor)
    expect(again?.oldSize).toBe(10)
    const [count] = await copy.raw("SELECT count(*) AS n FROM log_epochs WHERE workspace_id = 'default'")
    expect(count?.n).toBe(2)
    expect((await restored.seal()).kind).toBe('sealed')
    expect(await contradictionsIn(copy)).toEqual([])
    await cleanups.pop()?.()
    await database.cleanup()
    database = await openTestDatabase()
    const opened = await openTestPlace()
    place = opened.place
    cleanups.push(opened.cleanup)
  }
})

it('gives each of two restores of one backup an epoch and an origin of its own', async () => {
  const { restored } = await restore()
  const second = await copyOf('unused').then(() => openAt(`file:${database.path}.restored`, {}, () => {}))
  cleanups.push(() => second.cleanup())
  await continueLog(restored.deps, restored.sealing, 'default', actor)
  await restored.seal()
  // The newest database was thought lost and came back: it is behind the second place now.
  const desk = await createSealDesk(database, place)
  expect((await desk.seal()).kind).toBe('refused')
  const continued = await continueLog(desk.deps, desk.sealing, 'default', actor)
  expect(continued).toMatchObject({
    epoch: 2,
    origin: 'watchbill.test:4040/log/default/2',
    oldSize: 6,
    restoredSize: 10,
  })
  expect(continued && lostRange(continued)).toBeNull()
  expect(await desk.seal()).toEqual({ kind: 'sealed', size: 12 })
  expect((await restored.seal()).kind).toBe('refused')
})

it('goes on without the second place that was lost, from what the database remembers', async () => {
  const desk = await createSealDesk(database, place)
  await desk.add(3)
  await desk.seal()
  const other = await openTestPlace()
  cleanups.push(other.cleanup)
  const moved = await createSealDesk(database, other.place)
  expect((await moved.seal()).kind).toBe('refused')
  const continued = await continueLog(moved.deps, moved.sealing, 'default', actor)
  expect(continued).toMatchObject({ epoch: 1, oldSize: 4, restoredSize: 4 })
  expect(await moved.seal()).toEqual({ kind: 'sealed', size: 6 })
  expect(await contradictionsIn(database)).toEqual([])
})
