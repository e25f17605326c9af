import { Fault } from '@watchbill/contract/fault'
import { base64url, parseJson } from '@watchbill/ledger'
import * as z from 'zod/mini'
import { digestOf } from '../http/cursor.ts'

/** Where an entry stands in the order of a query: its time or 0, then its place. */
export interface Key {
  readonly time: number
  readonly seq: number
}

/** Where a listing goes on. */
export interface Position {
  /** Relative times of the query count from here, ms: from when the first page was read. */
  readonly now: number
  readonly key: Key
  /** next: behind the key. previous: before it. */
  readonly to: 'next' | 'previous'
  /** What the first page said of how many there are. */
  readonly total: { readonly count: number; readonly exact: boolean }
}

const Wire = z.strictObject({
  v: z.literal(1),
  now: z.int(),
  key: z.tuple([z.number(), z.int().check(z.minimum(0))]),
  to: z.enum(['next', 'previous']),
  total: z.tuple([z.int(), z.boolean()]),
  q: z.string(),
})

/** Ties a cursor to one query in one workspace. */
export const digestOfQuery = (workspace: string, q: string): Promise<string> =>
  digestOf('listEntries', workspace, { q })

export const formatCursor = ({ now, key, to, total }: Position, digest: string): string => {
  const wire = { v: 1, now, key: [key.time, key.seq], to, total: [total.count, total.exact], q: digest }
  return base64url.encode(new TextEncoder().encode(JSON.stringify(wire)))
}

/** Throws Fault `invalid_cursor` for one that is garbage, or of another query. */
export const parseCursor = (cursor: string, digest: string): Position => {
  const wire = tryWire(cursor)
  if (wire === null) throw invalid('it is not one this API gave out')
  if (wire.q !== digest) throw invalid('it was given out for another query')
  const [time, seq] = wire.key
  const [count, exact] = wire.total
  return { now: wire.now, key: { time, seq }, to: wire.to, total: { count, exact } }
}

const tryWire = (cursor: string): z.infer<typeof Wire> | null => {
  const bytes = base64url.decode(cursor)
  if (bytes === null) return null
  try {
    return Wire.parse(parseJson(bytes))
  } catch {
    return null
  }
}

const invalid = (why: string): Fault =>
  new Fault('invalid_cursor', `This cursor cannot be used: ${why}.`, {
    mend: 'Leave out cursor to start from the first page; keep q the same while paging.',
    errors: [{ pointer: 'query.cursor', detail: why }],
  })
