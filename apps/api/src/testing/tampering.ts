import type { Client } from '@libsql/client/http'
import {
  base64url,
  type EntryHeader,
  type Frontier,
  formatHeader,
  merkle,
  parseHeader,
} from '@watchbill/ledger'
import { createTileCutter, insertAll, type RunSql } from './tile-cutter.ts'

type Hand = Pick<Client, 'execute' | 'batch'>
type Cell = string | bigint | Uint8Array | null
/** A number from 0 to below `limit`. */
export type Dice = (limit: number) => number

/** Whoever owns the file drops the triggers first. */
export const disarm = async (hand: Hand): Promise<void> => {
  const { rows } = await hand.execute("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
  await hand.batch(
    rows.map(({ name }) => `DROP TRIGGER "${String(name)}"`),
    'write',
  )
}

/** Every stored value that follows from the headers, or that they commit to. `received_at` and labels do not. */
const cells = [
  ...['entries.leaf', 'entries.header', 'entries.pseq', 'payloads.payload', 'payloads.salt'],
  ...['tiles.hashes', 'tile_roots.root', 'checkpoints.root', 'checkpoints.note', 'logs.frontier'],
  ...['logs.size', 'logs.own_prev', 'logs.own_pseq', 'producers.last_leaf', 'producers.next_pseq'],
] as const

/** Changes one bit of one stored value; says where. */
export const editCell = async (hand: Hand, dice: Dice): Promise<string> => {
  const cell = cells[dice(cells.length)] ?? 'entries.header'
  const [table = '', column = ''] = cell.split('.')
  const where = "workspace_id = 'default'"
  const counted = await hand.execute(`SELECT count(*) AS n FROM ${table} WHERE ${where}`)
  const offset = dice(Number(counted.rows[0]?.n))
  const keys = keysOf[table] ?? []
  const { rows } = await hand.execute(
    `SELECT ${[...keys, 'typeof(value) AS kind', 'CAST(value AS BLOB) AS bytes'].join(', ')} FROM
      (SELECT *, ${column} AS value FROM ${table} WHERE ${where} LIMIT 1 OFFSET ${offset})`,
  )
  const row = rows[0] ?? {}
  const at = keys.map((key) => `${key} = '${String(Reflect.get(row, key))}'`)
  const value = changed(String(Reflect.get(row, 'kind')), bytesOf(Reflect.get(row, 'bytes')), dice)
  const cast = Reflect.get(row, 'kind') === 'text' ? 'CAST(? AS TEXT)' : '?'
  await hand.execute({
    sql: `UPDATE ${table} SET ${column} = ${cast} WHERE ${[where, ...at].join(' AND ')}`,
    args: [value],
  })
  return `${cell} ${at.join(' ')}`
}

const keysOf: Readonly<Record<string, readonly string[]>> = {
  entries: ['seq'],
  payloads: ['seq'],
  tiles: ['level', 'n'],
  tile_roots: ['level', 'n'],
  checkpoints: ['epoch', 'size'],
  producers: ['id'],
  logs: [],
}

const changed = (kind: string, bytes: Uint8Array, dice: Dice): Cell => {
  if (kind === 'integer') return BigInt(new TextDecoder().decode(bytes)) + 1000n
  const copy = Uint8Array.from(bytes)
  const at = dice(copy.length)
  copy[at] = (copy[at] ?? 0) ^ (1 << dice(8))
  return copy
}

/** An entry as somebody who rewrites the log has it in hand. */
export interface Loose {
  readonly no: number
  header: EntryHeader
  readonly received: bigint
  readonly opened: { readonly salt: Uint8Array; readonly payload: Uint8Array } | null
}

export const readLoose = async (hand: Hand): Promise<Loose[]> => {
  const { rows } =
    await hand.execute(`SELECT e.producer_no AS no, e.header, e.received_at AS received, p.salt,
    CAST(p.payload AS BLOB) AS payload FROM entries e LEFT JOIN payloads p USING (workspace_id, seq)
    WHERE workspace_id = 'default' ORDER BY e.seq`)
  return rows.map((row) => ({
    no: Number(row.no),
    header: parseHeader(bytesOf(row.header)),
    received: BigInt(Number(row.received)),
    opened: row.salt === null ? null : { salt: bytesOf(row.salt), payload: bytesOf(row.payload) },
  }))
}

/**
 * Writes the whole log anew from loose entries, every hash computed as the server would: numbers, chains, leaves, tiles,
 * roots, heads. What cannot be made anew is a signature: checkpoints above `keep` are dropped.
 */
export const rewrite = async (hand: Hand, loose: readonly Loose[], keep: number): Promise<void> => {
  const tables = ['entries', 'payloads', 'tiles', 'tile_roots']
  const cleared = tables.map((table) => `DELETE FROM ${table} WHERE workspace_id = 'default'`)
  const dropped = `DELETE FROM checkpoints WHERE workspace_id = 'default' AND size > ${keep}`
  const statements: { sql: string; args: Cell[] }[] = [...cleared, dropped].map((sql) => ({ sql, args: [] }))
  const run: RunSql = async (sql, args) => statements.push({ sql, args })
  const cutter = createTileCutter()
  const chains = new Map<number, { next: number; last: Uint8Array }>()
  const entries: Cell[][] = []
  const payloads: Cell[][] = []
  let frontier: Frontier = merkle.emptyFrontier
  for (const { no, header, received, opened } of loose) {
    const { next, last } = chains.get(no) ?? { next: 0, last: new Uint8Array(32) }
    const bytes = formatHeader({ ...header, pseq: next, prev: base64url.encode(last) })
    const leaf = merkle.leafHash(bytes)
    const seq = BigInt(frontier.size)
    entries.push(['default', seq, BigInt(no), BigInt(next), received, leaf, bytes])
    if (opened !== null)
      payloads.push(['default', seq, opened.salt, new TextDecoder().decode(opened.payload)])
    chains.set(no, { next: next + 1, last: leaf })
    frontier = merkle.appendLeaf(frontier, leaf, cutter.onNode)
  }
  await insertAll(run, 'entries', entries)
  await insertAll(run, 'payloads', payloads)
  await cutter.flush(run, 'default')
  await moveHeads(run, frontier, chains)
  await hand.batch(statements, 'write')
}

const moveHeads = async (
  run: RunSql,
  frontier: Frontier,
  chains: ReadonlyMap<number, { next: number; last: Uint8Array }>,
): Promise<void> => {
  await run("UPDATE logs SET size = ?, frontier = ? WHERE workspace_id = 'default'", [
    BigInt(frontier.size),
    merkle.formatFrontier(frontier),
  ])
  for (const [no, { next, last }] of chains)
    await (no === 0
      ? run("UPDATE logs SET own_pseq = ?, own_prev = ? WHERE workspace_id = 'default'", [BigInt(next), last])
      : run("UPDATE producers SET next_pseq = ?, last_leaf = ? WHERE workspace_id = 'default' AND no = ?", [
          BigInt(next),
          last,
          BigInt(no),
        ]))
}

const bytesOf = (value: unknown): Uint8Array =>
  value instanceof ArrayBuffer ? new Uint8Array(value) : new Uint8Array()
