import { createHash } from 'node:crypto'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { merkle, parseHeader } from '@watchbill/ledger'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openBackend } from '../db/open.ts'
import { proveConsistency } from '../log/proofs.ts'
import { usePlatformHash } from '../node-hash.ts'
import { openAt, openTestDatabase } from '../testing/database.ts'
import { openEntryDesk } from '../testing/entry-desk.ts'
import { createProducer } from '../testing/entry-samples.ts'
import { createSealDesk, openTestPlace, type Published, readPublished } from '../testing/seal-desk.ts'
import { type Dice, disarm, editCell, type Loose, readLoose, rewrite } from '../testing/tampering.ts'
import { checkLog, type LogCheck } from './check-log.ts'
import { createLogRows } from './rows.ts'
import type { Anchored } from './second-pass.ts'

const rounds = process.env.WATCHBILL_DRILLS === '1' ? 200 : 20
const seed = process.env.WATCHBILL_SEED ?? String(Date.now())
const folder = mkdtempSync(join(tmpdir(), 'watchbill-tamper-'))
const original = join(folder, 'original.db')
let held: Published
let anchored: Anchored

/** A database file of the real server: its own entries, two machines' chains, payloads, full tiles, signed checkpoints. */
beforeAll(async () => {
  usePlatformHash()
  console.log(`tamper drills: WATCHBILL_SEED=${seed}`)
  const desk = await openEntryDesk(openTestDatabase)
  const second = await openTestPlace()
  const sealer = await createSealDesk(desk.database, second.place)
  const [one, two] = [createProducer('one'), createProducer('two')]
  for (const count of [40, 90, 70, 80]) {
    await desk.post([...one.take(count / 2), ...two.take(count / 2)])
    await sealer.add(3)
    const outcome = await sealer.seal()
    expect(outcome.kind, JSON.stringify(outcome)).toBe('sealed')
  }
  await desk.post([...one.take(5), two.next({ payload: null })])
  await desk.database.raw('VACUUM INTO ?', [original])
  held = (await readPublished(desk.database)).at(-1) ?? held
  anchored = { newest: await second.place.read('default'), erased: new Map() }
  await desk.database.cleanup()
  await second.cleanup()
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const diceOf = (name: string): Dice => {
  let count = 0
  return (limit) => {
    count += 1
    return createHash('sha256').update(`${seed} ${name} ${count}`).digest().readUIntBE(0, 6) % limit
  }
}

interface Looked {
  readonly alone: LogCheck
  readonly beside: LogCheck
  /** Whether a client that holds the last checkpoint is served something that extends it. */
  readonly fooled: boolean
}

/** What fsck finds with the database alone, with the second place beside it, and what a client finds. */
const look = async (path: string): Promise<Looked> => {
  const database = await openAt(`file:${path}`, {}, () => {})
  const rows = createLogRows(database.dbFor('default'), 'default')
  const beside = await checkLog(rows, { workspace: 'default', anchored })
  const alone = { ...beside, findings: beside.findings.filter(({ kind }) => !kind.startsWith('second.')) }
  const fooled = await isExtended(database).catch(() => false)
  await database.close()
  return { alone, beside, fooled }
}

const isExtended = async (database: Awaited<ReturnType<typeof openAt>>): Promise<boolean> => {
  const [head] = await database.raw("SELECT size, frontier FROM logs WHERE workspace_id = 'default'")
  const size = Number(head?.size)
  const frontier = merkle.parseFrontier(size, new Uint8Array(head?.frontier as ArrayBuffer))
  if (frontier === null || size < held.size) return false
  const proof = await proveConsistency(database.dbFor('default'), 'default', held.size, size)
  return merkle.checkConsistency(held.size, size, proof, held.root, merkle.rootOf(frontier))
}

const tampered = async (name: string, work: (hand: Hand, dice: Dice) => Promise<string>) => {
  const path = join(folder, `${name}.db`)
  copyFileSync(original, path)
  const { client, close } = await openBackend({ url: `file:${path}` })
  await disarm(client)
  const what = await work(client, diceOf(name))
  await close()
  const looked = await look(path)
  for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
  return { what, ...looked }
}
type Hand = Parameters<typeof disarm>[0]

/** Somewhere below the held checkpoint, past the first entries, which say who the log is. */
const placeIn = (dice: Dice): number => 8 + dice(held.size - 9)
const another = (one: Loose): Loose => ({ ...one, header: { ...one.header, ts: one.header.ts + 1 } })

type Change = (loose: Loose[], dice: Dice) => string
const changes: Readonly<Record<'delete' | 'reorder' | 'insert' | 'rewrite', Change>> = {
  delete: (loose, dice) => {
    const at = placeIn(dice)
    loose.splice(at, 1)
    return `entry ${at}`
  },
  reorder: (loose, dice) => {
    const at = placeIn(dice)
    const other = (at + 1 + dice(held.size - 10)) % held.size
    const [a, b] = [loose[at], loose[other]]
    if (a && b) [loose[at], loose[other]] = [b, a]
    return `entries ${at} and ${other}`
  },
  insert: (loose, dice) => {
    const at = placeIn(dice)
    const one = loose[at]
    if (one) loose.splice(at, 0, { ...another(one), opened: one.opened })
    return `before entry ${at}`
  },
  rewrite: (loose, dice) => {
    const at = placeIn(dice)
    for (let seq = at; seq < loose.length; seq += 1) {
      const one = loose[seq]
      if (one) loose[seq] = another(one)
    }
    return `from entry ${at} on`
  },
}

it('finds nothing in what the server wrote', async () => {
  const { alone, beside, fooled } = await tampered('untouched', async () => '')
  expect(alone.findings).toEqual([])
  expect(beside.findings).toEqual([])
  expect([beside.secondPlace, beside.checkpoints, fooled]).toEqual(['agrees', 4, true])
  expect(alone.size).toBeGreaterThan(256)
})

describe(`${rounds} tamperings of a kind, with full write access to the file`, () => {
  it('edit: one bit of one stored value', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { what, alone } = await tampered(`edit-${round}`, editCell)
      expect(alone.findings.length, `edit-${round}: ${what}`).toBeGreaterThan(0)
    }
  }, 600_000)

  it.each(Object.entries(changes))(
    '%s: every hash computed anew, no signature',
    async (kind, change) => {
      for (let round = 0; round < rounds; round += 1) {
        const { what, alone, beside, fooled } = await tampered(`${kind}-${round}`, async (hand, dice) => {
          const loose = await readLoose(hand)
          const said = change(loose, dice)
          // Half of them leave the checkpoints that no longer fit, half throw them away.
          const keep = round % 2 === 0 ? Number.MAX_SAFE_INTEGER : 8
          await rewrite(hand, loose, keep)
          return said
        })
        const where = `${kind}-${round}: ${what}`
        expect(alone.findings.length > 0 || !fooled, where).toBe(true)
        expect(fooled, where).toBe(false)
        expect(beside.findings.length, where).toBeGreaterThan(0)
        if (round % 2 === 0)
          expect(
            alone.findings.map(({ kind: one }) => one),
            where,
          ).toContain('checkpoint.root')
      }
    },
    600_000,
  )

  it('cut: the tail gone, the head moved back, as an old backup would be', async () => {
    for (let round = 0; round < rounds; round += 1) {
      const { what, alone, beside, fooled } = await tampered(`cut-${round}`, async (hand, dice) => {
        const loose = await readLoose(hand)
        const at = placeIn(dice)
        await rewrite(hand, loose.slice(0, at), round % 2 === 0 ? Number.MAX_SAFE_INTEGER : at)
        return `after ${at}`
      })
      const where = `cut-${round}: ${what}`
      expect(fooled, where).toBe(false)
      expect(
        beside.findings.map(({ kind }) => kind),
        where,
      ).toContain('second.size')
      if (round % 2 === 0)
        expect(
          alone.findings.map(({ kind }) => kind),
          where,
        ).toContain('checkpoint.beyond')
    }
  }, 600_000)
})

it('names the first bad place of each kind, and goes on', async () => {
  const { alone } = await tampered('many', async (hand) => {
    const { rows } = await hand.execute(
      "SELECT header FROM entries WHERE seq = 40 AND workspace_id = 'default'",
    )
    const header = new Uint8Array(rows[0]?.header as ArrayBuffer)
    parseHeader(header)
    for (const [seq, at] of [
      [40, 20],
      [41, 30],
      [200, 0],
    ] as const)
      await hand.execute({
        sql: `UPDATE entries SET header = CAST(substr(CAST(header AS TEXT), 1, ?) || '!' AS BLOB) WHERE seq = ?
          AND workspace_id = 'default'`,
        args: [BigInt(at), BigInt(seq)],
      })
    await hand.execute("DELETE FROM tiles WHERE workspace_id = 'default'")
    await hand.execute("INSERT INTO erasures VALUES ('default', 9999, 9998, 0)")
    return ''
  })
  const placed = new Map(alone.findings.map(({ kind, place, more }) => [kind, [place, more]]))
  expect(placed.get('entry.header')).toEqual(['entry 40', 2])
  expect(placed.get('entry.leaf')).toEqual(['entry 40', 2])
  expect(placed.get('tile.missing')).toEqual(['tile 0/0', 0])
  expect(placed.get('erasures.stray')).toEqual(['entry 9999', 0])
  expect(placed.has('checkpoint.root')).toBe(true)
})
