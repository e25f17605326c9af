import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditQuery, Expr, Span } from './ast.ts'
import { completeQuery } from './complete.ts'
import { formatQuery } from './format.ts'
import { readLenient } from './lenient.ts'
import { readQuery, tryQuery } from './parse.ts'
import { QueryError } from './query-error.ts'
import { createScan, limits } from './scan.ts'
import { anyText, validQuery } from './testing/query-text.ts'

const inputs = process.env.WATCHBILL_DRILLS === '1' ? 100_000 : 10_000
const seed = Number(process.env.WATCHBILL_SEED ?? Date.now() % 2 ** 31)
console.info(`audit query: ${inputs} inputs, seed ${seed} (WATCHBILL_SEED repeats it)`)
const now = Date.UTC(2026, 10, 10, 12)

/** Two queries mean the same when they differ in places alone. */
const meaning = ({ where, sort }: AuditQuery): unknown =>
  JSON.parse(JSON.stringify({ where, sort }, (key, value) => (key === 'span' ? undefined : value)))

const isWithin = ({ from, to }: Span, text: string): boolean =>
  from >= 0 && from <= to && to <= text.length && (from < to || text === '')

const spansOf = (expr: Expr): readonly Span[] => {
  if (expr.kind === 'not') return [expr.span, ...spansOf(expr.of)]
  if (expr.kind === 'field') return [expr.span, ...expr.values.map(({ span }) => span)]
  return expr.kind === 'and' || expr.kind === 'or' ? [expr.span, ...expr.of.flatMap(spansOf)] : [expr.span]
}

const check = (text: string): 'read' | 'refused' => {
  const result = tryQuery(text, now)
  const lenient = readLenient(text, now)
  for (const { span } of lenient.ignored) expect(isWithin(span, text)).toBe(true)
  if ('error' in result) {
    expect(result.error).toBeInstanceOf(QueryError)
    expect(isWithin(result.error.span, text), result.error.detail).toBe(true)
    expect(lenient.ignored.length).toBeGreaterThan(0)
    return 'refused'
  }
  const { query } = result
  expect(lenient).toStrictEqual({ query, ignored: [] })
  if (query.where !== null) expect(spansOf(query.where).every((span) => isWithin(span, text))).toBe(true)
  const canonical = formatQuery(query)
  // Absolute times are longer than what was typed, so the text may outgrow what is read back.
  if (canonical.length > limits.length) return 'read'
  const again = tryQuery(canonical, now + 12_345)
  if ('error' in again) throw again.error
  expect(meaning(again.query)).toStrictEqual(meaning(query))
  expect(formatQuery(again.query)).toBe(canonical)
  return 'read'
}

describe('any text', () => {
  it('is read, or refused at a place in it; canonical text means the same', () => {
    const count = { read: 0, refused: 0 }
    fc.assert(
      fc.property(anyText, (text) => {
        count[check(text)] += 1
      }),
      { numRuns: inputs, seed },
    )
    // Both roads were taken: a generator that makes one kind alone tests nothing.
    expect(Math.min(count.read, count.refused)).toBeGreaterThan(inputs / 10)
  })

  it('that the grammar allows is read, but for its limits', () => {
    fc.assert(
      fc.property(validQuery, (text) => {
        const result = tryQuery(text, now)
        if ('error' in result)
          expect(['too_many_terms', 'too_many_texts', 'too_long', 'no_text']).toContain(result.error.code)
      }),
      { numRuns: inputs / 4, seed },
    )
  })

  it('is read in steps linear in its length', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          anyText,
          fc.tuple(anyText, fc.nat({ max: 200 })).map(([text, n]) => text.repeat(n)),
        ),
        (text) => {
          for (const ignored of [null, []]) {
            const scan = createScan(text, now, ignored)
            try {
              readQuery(scan)
            } catch (error) {
              expect(error).toBeInstanceOf(QueryError)
            }
            expect(scan.steps).toBeLessThanOrEqual(5 * Math.min(text.length, limits.length) + 5)
          }
        },
      ),
      { numRuns: inputs / 4, seed },
    )
  })

  it('is completed at any caret', () => {
    const caret = fc.oneof(fc.integer({ min: -2, max: 80 }), fc.constantFrom(Number.NaN, 1e9, 0.5))
    fc.assert(
      fc.property(anyText, caret, (text, at) => {
        const { from, to, options } = completeQuery(text, at, { agent: ['build 07', 'é"\\'] })
        expect(from >= 0 && from <= to && to <= text.length).toBe(true)
        for (const { insert } of options.slice(0, 3)) expect(insert.length).toBeGreaterThan(0)
      }),
      { numRuns: inputs / 4, seed },
    )
  })
})
