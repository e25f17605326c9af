import type { AuditEntry } from '@watchbill/contract/audit'
import { canonicalize, merkle, tryHeader } from '@watchbill/ledger'
import type { ReadDb } from '../db/open.ts'
import { formatCell } from './csv-cell.ts'
import { readNames } from './store.ts'

/** In the order of the file. */
export const csvColumns = [
  ...['seq', 'time', 'received', 'action', 'decision', 'agent', 'agent_name', 'machine', 'machine_name'],
  ...['session', 'tool', 'request', 'outcome', 'by', 'duration_ms', 'actor', 'model', 'members'],
  ...['payload', 'erased_by', 'producer', 'pseq', 'leaf', 'sealed'],
] as const

/** Members that have a column; what else an entry says stands in `members`, as canonical JSON. */
const columnOf = {
  session: 'session',
  tool: 'tool',
  request: 'request',
  outcome: 'outcome',
  by: 'by',
  durationMs: 'duration_ms',
  actor: 'actor',
  model: 'model',
} as const

type Column = (typeof csvColumns)[number]
type Row = Partial<Record<Column, string | number | null>>

const lineOf = (row: Row): string =>
  `${csvColumns.map((name) => formatCell(row[name] ?? null)).join(',')}\r\n`

/** Batches of entries as CSV text, the line of names first. `sealed`: size of the checkpoint that covers them, null for none. */
export async function* csvText(
  db: ReadDb,
  workspace: string,
  batches: AsyncIterable<readonly AuditEntry[]>,
  sealed: number,
): AsyncGenerator<string> {
  yield `${csvColumns.join(',')}\r\n`
  const names = createNames(db, workspace)
  for await (const entries of batches) {
    const rows = entries.map((entry) => rowOf(entry, sealed))
    const nameOf = await names(rows.flatMap(({ agent, machine }) => [agent, machine]))
    const named = rows.map((row) => ({
      ...row,
      agent_name: nameOf(row.agent),
      machine_name: nameOf(row.machine),
    }))
    yield named.map(lineOf).join('')
  }
}

const rowOf = (entry: AuditEntry, sealed: number): Row => {
  const { seq, header: text, receivedAt, owner, payload, erasedBy } = entry
  // Null for what somebody put in the place of a header: its line says where it stands, and its hash.
  const header = tryHeader(text)
  return {
    seq,
    time: header && new Date(header.ts).toISOString(),
    received: receivedAt,
    action: header?.type ?? null,
    decision: header?.decision ?? null,
    agent: header?.agent ?? null,
    machine: owner,
    ...membersOf(entry),
    payload,
    erased_by: erasedBy,
    producer: header?.producer ?? null,
    pseq: header?.pseq ?? null,
    leaf: hexOf(merkle.leafHash(new TextEncoder().encode(text))),
    sealed: seq < sealed ? 'yes' : 'pending',
  }
}

const isColumn = (name: string): name is keyof typeof columnOf => Object.hasOwn(columnOf, name)

/** Hidden members, which content is here, are left out. */
const membersOf = ({ members }: AuditEntry): Row => {
  const row: Row = {}
  const others: [string, unknown][] = []
  for (const member of members ?? []) {
    if ('hash' in member) continue
    const { name, value } = member
    if (isColumn(name) && (typeof value === 'string' || typeof value === 'number'))
      row[columnOf[name]] = value
    else others.push([name, value])
  }
  if (others.length > 0) row.members = new TextDecoder().decode(canonicalize(Object.fromEntries(others)))
  return row
}

const hexOf = (bytes: Uint8Array): string =>
  Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')

/** Looks each id up once. */
const createNames = (db: ReadDb, workspace: string) => {
  const known = new Map<unknown, string | null>()
  return async (ids: readonly unknown[]) => {
    const missing = new Set(ids.filter((id) => typeof id === 'string' && !known.has(id)).map(String))
    for (const id of missing) known.set(id, null)
    for (const { id, name } of await readNames(db, workspace, [...missing])) known.set(id, name)
    return (id: unknown): string | null => known.get(id) ?? null
  }
}
