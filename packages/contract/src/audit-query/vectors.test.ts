import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { AuditQuery } from './ast.ts'
import { formatQuery } from './format.ts'
import { readLenient } from './lenient.ts'
import { parseQuery, tryQuery } from './parse.ts'
import { type QueryFault, queryFaults } from './query-error.ts'

// testdata/ is the grammar as data: another implementation is right when it reads these the same.

interface Vectors<T> {
  readonly now: string
  readonly vectors: readonly T[]
}
const load = <T>(name: string): Vectors<T> =>
  JSON.parse(readFileSync(new URL(`testdata/${name}.json`, import.meta.url), 'utf8')) as Vectors<T>

const read = load<{ text: string; canonical: string; query: AuditQuery }>('read')
const refused = load<{ text: string; code: QueryFault; from: number; to: number }>('refused')
const now = Date.parse(read.now)

describe('what is read', () => {
  it.each(read.vectors)('$text', ({ text, canonical, query }) => {
    expect(parseQuery(text, now)).toStrictEqual(query)
    expect(formatQuery(query)).toBe(canonical)
    expect(readLenient(text, now)).toStrictEqual({ query, ignored: [] })
  })
})

describe('what is refused, and where', () => {
  it.each(refused.vectors)('$code: $text', ({ text, code, from, to }) => {
    const result = tryQuery(text, now)
    expect(result).toMatchObject({ error: { name: 'QueryError', code, span: { from, to } } })
  })

  it('has an example of every fault', () => {
    const shown = new Set(refused.vectors.map(({ code }) => code))
    expect(queryFaults.filter((code) => !shown.has(code))).toEqual([])
  })
})
