import { Fault } from '@watchbill/contract/fault'
import { parseJson } from '@watchbill/ledger'
import { type SQL, sql } from 'drizzle-orm'
import * as z from 'zod/mini'

/** Sort key of a row: two numbers, then text, then the id; ascending in all four (a descending sort negates). */
interface SortKey {
  readonly n: number
  readonly m: number
  readonly t: string
  readonly id: string
}

/** Where a listing goes on: states derived as of `asOf` ms, rows as of journal place `seq`, after `key`. */
export interface Position {
  readonly asOf: number
  readonly seq: number
  readonly key: SortKey
}

/** A page to read: from the start when `after` is null. `digest` ties its cursors to this very question. */
export interface Page {
  readonly asOf: number
  readonly limit: number
  readonly after: Position | null
  readonly digest: string
}

const version = 1
const defaultLimit = 200
/** Older positions are refused: the journal that tells which rows moved since is kept for longer than this. */
const lifeMs = 3_600_000

const Wire = z.strictObject({
  v: z.literal(version),
  asOf: z.int(),
  seq: z.int().check(z.minimum(0)),
  key: z.tuple([z.number(), z.number(), z.string(), z.string()]),
  q: z.string(),
})

type Query = Readonly<Record<string, string | undefined>>

/** Reads `limit` and `cursor` of a listing. Throws Fault `invalid_cursor` for one that is garbage, old, or of another question. */
export const readPage = async (name: string, workspace: string, query: Query, now: number): Promise<Page> => {
  const digest = await digestOf(name, workspace, query)
  const limit = query.limit === undefined ? defaultLimit : Number(query.limit)
  if (query.cursor === undefined) return { asOf: now, limit, after: null, digest }
  const { asOf, seq, key, q } = parseCursor(query.cursor)
  if (q !== digest) throw invalidCursor('it was given out for another question')
  if (now - asOf > lifeMs || asOf - now > 60_000) throw invalidCursor('it is too old')
  const [n, m, t, id] = key
  return { asOf, limit, after: { asOf, seq, key: { n, m, t, id } }, digest }
}

export const formatCursor = ({ asOf, seq, key }: Position, digest: string): string => {
  const wire = { v: version, asOf, seq, key: [key.n, key.m, key.t, key.id], q: digest }
  return encodeBase64Url(new TextEncoder().encode(JSON.stringify(wire)))
}

/** The keyset condition for `ORDER BY n, m, t, id`. */
export const afterKey = (after: Position | null): SQL =>
  after === null
    ? sql`true`
    : sql`(n, m, t, id) > (${after.key.n}, ${after.key.m}, ${after.key.t}, ${after.key.id})`

export interface PageRow extends Omit<SortKey, 'id'> {
  /** Null on the one row of an empty page, which still brings `total` and `seq`. */
  readonly id: string | null
  readonly total: number
  readonly seq: number | null
}

/** Ids of the page out of one row more than asked for, and the cursor of the next page. */
export const cutPage = (rows: readonly PageRow[], page: Page) => {
  const keys = rows.flatMap(({ n, m, t, id }) => (id === null ? [] : [{ n, m, t, id }]))
  const shown = keys.slice(0, page.limit)
  const last = shown.at(-1)
  const seq = page.after?.seq ?? rows[0]?.seq ?? 0
  const more = keys.length > shown.length && last !== undefined
  return {
    ids: shown.map(({ id }) => id),
    total: rows[0]?.total ?? 0,
    nextCursor: more ? formatCursor({ asOf: page.asOf, seq, key: last }, page.digest) : null,
  }
}

const parseCursor = (cursor: string): z.infer<typeof Wire> => {
  try {
    return Wire.parse(parseJson(decodeBase64Url(cursor)))
  } catch {
    throw invalidCursor('it is not one this API gave out')
  }
}

/** Ties a cursor to its question; `cursor` and `limit` do not count. */
export const digestOf = async (name: string, workspace: string, query: Query): Promise<string> => {
  const parts = Object.entries(query)
    .filter(([key, value]) => key !== 'cursor' && key !== 'limit' && value !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
  const bytes = new TextEncoder().encode(JSON.stringify([name, workspace, parts]))
  return encodeBase64Url(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)).subarray(0, 12))
}

const invalidCursor = (why: string): Fault =>
  new Fault('invalid_cursor', `This cursor cannot be used: ${why}.`, {
    mend: 'Leave out cursor to start from the first page; keep the other parameters the same while paging.',
    errors: [{ pointer: 'query.cursor', detail: why }],
  })

const encodeBase64Url = (bytes: Uint8Array): string =>
  btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '')

const decodeBase64Url = (text: string): Uint8Array => {
  const binary = atob(text.replaceAll('-', '+').replaceAll('_', '/'))
  return Uint8Array.from(binary, (char) => char.charCodeAt(0))
}
