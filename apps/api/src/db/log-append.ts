import { merkle, tiles } from '@watchbill/ledger'
import type { Statement } from './bind.ts'
import type { LogHead, OwnChain } from './log-head.ts'
import { formatOwnEntry, type OwnEvent } from './own-entry.ts'
import type { LogEntry, Recorded } from './write.ts'

/** What one record adds to a log: producers' entries first, then the control plane's own. Never empty. */
export interface Append {
  readonly workspace: string
  readonly entries: readonly LogEntry[]
  readonly events: readonly OwnEvent[]
  /** ms; `received_at` of every entry. */
  readonly now: number
  /** Id of the control plane's producer, should the log begin with this. */
  readonly newProducer: string
}

/** An append at its place in the log. */
export interface AppendPlan {
  readonly after: LogHead
  readonly recorded: Recorded
  readonly entries: readonly LogEntry[]
  /** Tiles that fill, lowest level first, each with its root. */
  readonly full: readonly FullTile[]
  readonly now: number
}

interface FullTile {
  readonly level: number
  readonly n: number
  readonly root: Uint8Array
}

/** Levels of the tree in one tile. */
const tileHeight = Math.log2(tiles.tileWidth)

/** Where the append comes to stand when the log is at `head`. Reads and writes nothing. */
export const planAppend = (head: LogHead, append: Append): AppendPlan => {
  const { entries, own } = chainOwn(head.own, append)
  const full: FullTile[] = []
  // The node over a whole tile is finished by the tile's last hash.
  const onNode = (level: number, n: number, root: Uint8Array) => {
    if (level > 0 && level % tileHeight === 0) full.push({ level: level / tileHeight - 1, n, root })
  }
  let { frontier } = head
  for (const { leaf } of entries) frontier = merkle.appendLeaf(frontier, leaf, onNode)
  const recorded = { firstSeq: head.frontier.size, size: frontier.size }
  return { after: { ...head, frontier, own }, recorded, entries, full, now: append.now }
}

const chainOwn = (
  start: OwnChain,
  { entries, events }: Append,
): { entries: readonly LogEntry[]; own: OwnChain } => {
  const all = [...entries]
  let own = start
  for (const event of events) {
    const { entry, chain } = formatOwnEntry(event, own)
    all.push(entry)
    own = chain
  }
  return { entries: all, own }
}

/** Everything an append writes but the head. Tiles come last: level 0 is cut from the entries before it. */
export const appendStatements = (plan: AppendPlan): Statement[] => {
  const { workspace } = plan.after
  return [
    ...runsOf(plan.entries).map((run) => entriesStatement(workspace, plan, run)),
    ...payloadsStatement(workspace, plan),
    ...plan.full.flatMap((tile) => tileStatements(workspace, tile)),
  ]
}

interface Run {
  /** Index in the append. */
  readonly at: number
  readonly entries: LogEntry[]
}

/** Entries of one producer that follow each other in its chain and in the log: nearly always the whole append is one. */
const runsOf = (entries: readonly LogEntry[]): Run[] => {
  const runs: Run[] = []
  let last: LogEntry | undefined
  for (const [at, entry] of entries.entries()) {
    const goesOn = last?.producerNo === entry.producerNo && last.pseq + 1 === entry.pseq
    const run = goesOn ? runs.at(-1) : undefined
    if (run) run.entries.push(entry)
    else runs.push({ at, entries: [entry] })
    last = entry
  }
  return runs
}

/**
 * Bytes of many rows cross into SQLite as one blob and are cut apart there by a list of places (`placesOf`): binding seven
 * values a row costs as much as inserting them. A row alone is bound as it is.
 */
const entriesStatement = (
  workspace: string,
  { recorded, now }: AppendPlan,
  { at, entries }: Run,
): Statement => {
  const headers = entries.map(({ header }) => header)
  const place = [
    workspace,
    BigInt(recorded.firstSeq + at),
    BigInt(entries[0]?.producerNo ?? 0),
    BigInt(entries[0]?.pseq ?? 0),
    BigInt(now),
  ]
  const leaves = joinBytes(entries.map(({ leaf }) => leaf))
  const into = 'INSERT INTO entries (workspace_id, seq, producer_no, pseq, received_at, leaf, header)'
  if (entries.length === 1)
    return { sql: `${into} VALUES (?, ?, ?, ?, ?, ?, ?)`, args: [...place, leaves, joinBytes(headers)] }
  return {
    sql: `${into}
      SELECT ?1, ?2 + key, ?3, ?4 + key, ?5, substr(?6, key * 32 + 1, 32), substr(?7, value >> 24, value & 16777215)
      FROM json_each(?8)`,
    args: [...place, leaves, joinBytes(headers), placesOf(headers)],
  }
}

const payloadsStatement = (workspace: string, { recorded, entries }: AppendPlan): Statement[] => {
  if (entries.every(({ opened }) => opened === null)) return []
  const payloads = entries.map(({ opened }) => (opened === null ? null : encoder.encode(opened.payload)))
  return [
    {
      sql: `INSERT INTO payloads (workspace_id, seq, salt, payload)
        SELECT ?1, ?2 + key, substr(?3, key * 32 + 1, 32), CAST(substr(?4, value >> 24, value & 16777215) AS TEXT)
        FROM json_each(?5) WHERE value IS NOT NULL`,
      args: [
        workspace,
        BigInt(recorded.firstSeq),
        joinBytes(entries.map(({ opened }) => opened?.salt ?? noSalt)),
        joinBytes(payloads.flatMap((payload) => payload ?? [])),
        placesOf(payloads),
      ],
    },
  ]
}

const encoder = new TextEncoder()
/** Holds the place of an entry without payload. */
const noSalt = new Uint8Array(32)

/** Where each part begins, from 1, times 2^24, plus its length; exact below 512 MiB of parts. Null where there is none. */
const placesOf = (parts: readonly (Uint8Array | null)[]): string => {
  let at = 1
  const places = parts.map((part) => {
    if (part === null) return 'null'
    const place = at * 0x1000000 + part.length
    at += part.length
    return place
  })
  return `[${places.join(',')}]`
}

const joinBytes = (parts: readonly Uint8Array[]): Uint8Array => {
  let length = 0
  for (const part of parts) length += part.length
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

/**
 * A full tile is put together from its hashes where they lie, so that a writer need not have seen them. Its root is a
 * hash of the level above.
 */
const tileStatements = (workspace: string, { level, n, root }: FullTile): Statement[] => {
  const args = [workspace, BigInt(level), BigInt(n)]
  const hashes =
    level === 0
      ? 'SELECT hex(leaf) AS h FROM entries WHERE workspace_id = ?1 AND seq >= ?3 * 256 AND seq < (?3 + 1) * 256 ORDER BY seq'
      : 'SELECT hex(root) AS h FROM tile_roots WHERE workspace_id = ?1 AND level = ?2 - 1 AND n >= ?3 * 256 AND n < (?3 + 1) * 256 ORDER BY n'
  return [
    {
      sql: `INSERT INTO tiles (workspace_id, level, n, hashes) SELECT ?1, ?2, ?3, unhex(group_concat(h, '')) FROM (${hashes})`,
      args,
    },
    {
      sql: 'INSERT INTO tile_roots (workspace_id, level, n, root) VALUES (?, ?, ?, ?)',
      args: [...args, root],
    },
  ]
}
