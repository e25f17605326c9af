import { commitment, evidence, notes } from '@watchbill/ledger'
import { afterEach, expect, it } from 'vitest'
import { proveInclusion } from '../log/proofs.ts'
import { openTestDatabase, type TestDatabase } from '../testing/database.ts'
import { contradictionsIn, createSealDesk, openTestPlace, readPublished } from '../testing/seal-desk.ts'
import { addKey, retireKeys } from './rotate.ts'

const actor = { kind: 'installation', id: 'test' } as const
const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const clean of cleanups.splice(0).reverse()) await clean()
})

const start = async () => {
  const database = await openTestDatabase()
  const { place, cleanup } = await openTestPlace()
  cleanups.push(() => database.cleanup(), cleanup)
  const desk = await createSealDesk(database, place)
  await desk.add(2)
  await desk.seal()
  return { database, ...desk }
}

const signersOf = async (database: Parameters<typeof readPublished>[0]) => {
  const published = await readPublished(database)
  return published.map(({ note }) => notes.parseNote(note)?.signatures.length)
}

it('two keys sign over an overlap, then the new one alone; each step is an entry', async () => {
  const { database, deps, sealing, seal, add, clock } = await start()
  clock.now += 1000
  const vkey = await addKey(deps, sealing, 'default', actor)
  await seal()
  await add(1)
  await seal()
  const [old] = await retireKeys(deps, 'default', actor)
  expect(old).not.toBe(vkey)
  await seal()
  expect(await signersOf(database)).toEqual([1, 2, 2, 1])
  expect(await contradictionsIn(database)).toEqual([])
  const keys = await database.raw(
    'SELECT vkey, added_seq, retired_size, sealed_seed IS NULL AS gone FROM log_keys ORDER BY added_at',
  )
  expect(keys).toEqual([
    { vkey: old, added_seq: 2, retired_size: 5, gone: 1 },
    { vkey, added_seq: 3, retired_size: null, gone: 0 },
  ])
  const types = await database.raw(
    "SELECT CAST(header AS TEXT) AS h FROM entries WHERE workspace_id = 'default' ORDER BY seq",
  )
  expect(types.map(({ h }) => JSON.parse(String(h)).type)).toEqual([
    'signin.ended',
    'signin.ended',
    'key.added',
    'key.added',
    'signin.ended',
    'key.retired',
  ])
})

it('retires no key before the new one has signed beside it, and starts no second rotation', async () => {
  const { deps, sealing, seal, clock } = await start()
  expect(await retireKeys(deps, 'default', actor)).toEqual([])
  clock.now += 1000
  await addKey(deps, sealing, 'default', actor)
  await expect(retireKeys(deps, 'default', actor)).rejects.toThrow(/No checkpoint carries/)
  await expect(addKey(deps, sealing, 'default', actor)).rejects.toThrow(/under way/)
  await seal()
  expect(await retireKeys(deps, 'default', actor, clock.now - 1)).toEqual([])
  expect(await retireKeys(deps, 'default', actor)).toHaveLength(1)
})

it('publishes nothing that was signed by keys that changed meanwhile', async () => {
  const { database, deps, sealing, seal, add, clock } = await start()
  clock.now += 1000
  await addKey(deps, sealing, 'default', actor)
  await seal()
  await add(1)
  // Retired between the sealer's look at the keys and its insert.
  const slow = {
    ...deps,
    sealing: {
      ...sealing,
      place: {
        ...sealing.place,
        advance: async (...args: Parameters<typeof sealing.place.advance>) => {
          await retireKeys(deps, 'default', actor)
          return sealing.place.advance(...args)
        },
      },
    },
  }
  const { seal: sealWith } = await import('./seal.ts')
  expect(await sealWith(slow, 'default')).toEqual({ kind: 'raced' })
  expect((await seal()).kind).toBe('sealed')
  expect(await signersOf(database)).toEqual([1, 2, 1])
  expect(await contradictionsIn(database)).toEqual([])
})

/** The entry at `seq` as a file that proves itself under a checkpoint. */
const proofOf = async (database: TestDatabase, seq: number, size: number): Promise<string> => {
  const [row] = await database.raw(
    `SELECT e.header, p.salt, p.payload FROM entries e JOIN payloads p
      ON p.workspace_id = e.workspace_id AND p.seq = e.seq WHERE e.workspace_id = 'default' AND e.seq = ?`,
    [seq],
  )
  const bytesOf = (value: unknown) =>
    value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array()
  const { members } = commitment.commitPayload(JSON.parse(String(row?.payload)), bytesOf(row?.salt))
  const [checkpoint] = (await readPublished(database)).filter((one) => one.size === size)
  return evidence.formatEntryFile({
    header: bytesOf(row?.header),
    members: members.map(({ name, value, key }) => ({ name, value, key })),
    index: seq,
    hashes: await proveInclusion(database.dbFor('default'), 'default', seq, size),
    checkpoint: checkpoint?.note ?? '',
  })
}

it('leads a reader of the first key to the last one, step by step and along no other way', async () => {
  const { database, deps, sealing, seal, add, clock } = await start()
  const [first] = await database.raw('SELECT vkey FROM log_keys')
  const steps: string[] = []
  for (let round = 0; round < 2; round += 1) {
    clock.now += 1000
    await addKey(deps, sealing, 'default', actor)
    const outcome = await seal()
    const [added] = await database.raw('SELECT max(added_seq) AS seq FROM log_keys')
    steps.push(await proofOf(database, Number(added?.seq), outcome.kind === 'sealed' ? outcome.size : 0))
    await retireKeys(deps, 'default', actor)
    await add(1)
    await seal()
  }
  const pinned = notes.parseVerifierKey(String(first?.vkey))
  const { keys, contradictions } = await evidence.acceptKeys(pinned ? [pinned] : [], steps)
  expect(contradictions).toEqual([])
  const newest = (await readPublished(database)).at(-1)
  expect((await notes.verifyNote(newest?.note ?? '', [...keys])).refused).toBeNull()
  expect((await notes.verifyNote(newest?.note ?? '', pinned ? [pinned] : [])).refused).toBe('unknown')
  // The second step alone is proven under a key nobody trusts yet.
  const astray = await evidence.acceptKeys(pinned ? [pinned] : [], steps.slice(1))
  expect(astray.keys).toHaveLength(1)
  expect(astray.contradictions).toHaveLength(1)
})
