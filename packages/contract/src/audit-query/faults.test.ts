import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { completeQuery } from './complete.ts'
import { readLenient } from './lenient.ts'
import { tryQuery } from './parse.ts'
import type { QueryError, QueryFault } from './query-error.ts'
import { limits } from './scan.ts'
import { validTerm } from './testing/query-text.ts'

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 30_000 : 3000
const seed = Number(process.env.WATCHBILL_SEED ?? Date.now() % 2 ** 31)
console.info(`query faults: ${numRuns} runs each, seed ${seed} (WATCHBILL_SEED repeats it)`)
const now = Date.UTC(2026, 10, 10, 12)

const faultOf = (text: string): QueryError => {
  const result = tryQuery(text, now)
  if ('error' in result) return result.error
  throw new Error(`was read: ${text}`)
}

/** A faulty term and the part of it to point at, between « and ». It may stand wherever a term may. */
const terms: readonly (readonly [QueryFault, string])[] = [
  ['unknown_field', '«nofield»:x'],
  ['unknown_field', '-«__proto__»:"a b",c'],
  ['unknown_value', 'decision:«denied»'],
  ['unknown_value', 'action:tool.called,«"no such"»,none'],
  ['bad_number', 'seq:«ten»'],
  ['bad_number', 'seq:10..«2O»'],
  ['bad_number', 'duration:1,>«5w»'],
  ['bad_time', 'time:«2026-02-30»..2026-03-01'],
  ['bad_time', 'last:«24»'],
  ['range_is_empty', 'NOT seq:«20..10»'],
  ['empty_value', 'tool:a«,»'],
  ['empty_value', '«tool:»'],
  ['empty_group', '«( )»'],
  ['no_text', '-«"--"»'],
  ['unexpected', '-«-»force'],
  ['unexpected', 'pu«*»sh'],
  ['unexpected', '"a"«b»'],
  ['unexpected', '«:»x'],
  ['unexpected', 'a OR «AND» b'],
  ['unexpected', 'last:1h,«2h»'],
  ['unexpected', '(«sort:oldest»)'],
  ['too_many_stars', 'tool:«*********»'],
  ['bad_character', '"«\u0000»"'],
]
/** These need a space before and behind, and no operator. */
const loose: readonly (readonly [QueryFault, string])[] = [
  ['unexpected', '«-» '],
  ['unexpected', '«OR» OR'],
  ['unexpected', 'AND «AND»'],
]
const marked = (text: string) => {
  const from = text.indexOf('«')
  return { plain: text.replace(/[«»]/g, ''), from, to: text.indexOf('»') - 1 }
}

describe('a fault put into a query that is right', () => {
  const joins = fc.constantFrom(' ', ' AND ', ' OR ', '\n ')
  const few = fc.array(fc.tuple(validTerm, joins), { maxLength: 2 })
  const depth = fc.nat({ max: 3 })

  const check = (code: QueryFault, before: string, fault: string, after: string, depthOf: number) => {
    const { plain, from, to } = marked(fault)
    const text = `${'('.repeat(depthOf)}${before}${plain}${after}${')'.repeat(depthOf)}`
    // More than a query may hold would be found first.
    fc.pre(text.length <= limits.length && (text.match(/[,\s]/g)?.length ?? 0) < 16)
    const place = depthOf + before.length
    expect(faultOf(text)).toMatchObject({ code, span: { from: place + from, to: place + to } })
  }

  it.each(terms)('%s is found at its place: %s', (code, fault) => {
    fc.assert(
      fc.property(few, few, depth, (before, after, deep) => {
        const left = before.map(([term, join]) => term + join).join('')
        const right = after.map(([term, join]) => join + term).join('')
        check(code, left, fault, right, deep)
      }),
      { numRuns: numRuns / 10, seed },
    )
  })

  it.each(loose)('%s is found at its place: %s', (code, fault) => {
    fc.assert(
      fc.property(validTerm, validTerm, depth, (before, after, deep) => {
        check(code, `${before} `, fault, ` ${after}`, deep)
      }),
      { numRuns: numRuns / 10, seed },
    )
  })

  it('is found where it opens, or closes what nobody opened', () => {
    fc.assert(
      fc.property(validTerm, validTerm, (before, after) => {
        check('unexpected', `${before} `, '«)»', ` ${after}`, 0)
        check('unclosed_group', `${before} `, '«(»', after, 0)
        if (!after.includes('"')) check('unclosed_quote', `${before} `, '«"»', after, 0)
      }),
      { numRuns, seed },
    )
  })

  it('is left out alone by a lenient reader, where it is one of names', () => {
    const named = terms.filter(([code]) =>
      ['unknown_field', 'unknown_value', 'bad_number', 'bad_time', 'range_is_empty'].includes(code),
    )
    fc.assert(
      fc.property(validTerm, fc.constantFrom(...named), validTerm, (before, [, fault], after) => {
        const { ignored, query } = readLenient(`${before} ${marked(fault).plain} ${after}`, now)
        expect(ignored).toHaveLength(1)
        expect(query.where).not.toBeNull()
      }),
      { numRuns: numRuns / 3, seed },
    )
  })
})

describe('hostile input', () => {
  it.each<[string, string, QueryFault]>([
    ['10,000 parentheses', '('.repeat(10_000), 'too_long'],
    ['2,000 parentheses', '('.repeat(2000), 'too_deep'],
    ['2,000 closing ones', ')'.repeat(2000), 'unexpected'],
    ['quotes', '"'.repeat(2000), 'unexpected'],
    ['an odd number of quotes', `tool:${'"'.repeat(1995)}`, 'empty_value'],
    ['backslashes in a quote', `"${'\\'.repeat(1999)}`, 'unclosed_quote'],
    ['stars as text', '*'.repeat(2000), 'no_text'],
    ['stars as a value', `tool:${'*'.repeat(1995)}`, 'too_many_stars'],
    ['signs', '-'.repeat(2000), 'unexpected'],
    ['NOT', 'NOT '.repeat(500), 'unexpected'],
    ['OR', 'OR '.repeat(600), 'unexpected'],
    ['commas', `tool:${','.repeat(1995)}`, 'empty_value'],
    ['alternatives', `tool:${'a,'.repeat(990)}a`, 'too_many_terms'],
    ['dots', `seq:${'.'.repeat(1996)}`, 'bad_number'],
    ['digits', `seq:${'9'.repeat(1996)}`, 'bad_number'],
    ['fractions', `duration:1.${'0'.repeat(1980)}s`, 'bad_number'],
    ['signs of numbers', `seq:${'>'.repeat(1996)}`, 'bad_number'],
    ['a field nobody has', `${'a'.repeat(1990)}:x`, 'unknown_field'],
    ['__proto__', '__proto__:x', 'unknown_field'],
    ['constructor', 'constructor:x', 'unknown_field'],
    ['toString', 'toString:x', 'unknown_field'],
    ['a field in full-width letters', 'ｔｏｏｌ:x', 'unknown_field'],
    ['a field with a Kelvin sign', 'to\u212al:x', 'unknown_field'],
    ['a field with a soft hyphen', 'to\u00adol:x', 'unknown_field'],
    ['half a pair', '\ud800', 'bad_character'],
    ['half a pair the other way round', '"\udc00\ud800"', 'bad_character'],
    ['NUL', 'a\u0000', 'bad_character'],
    ['marks alone', '"\u0301\u0302"', 'no_text'],
  ])('%s', (_, text, code) => {
    const error = faultOf(text)
    expect(error.code).toBe(code)
    expect(error.span.to).toBeLessThanOrEqual(text.length)
    expect(error.detail.length + (error.mend ?? '').length).toBeLessThan(400)
    expect(readLenient(text, now).ignored).not.toEqual([])
    expect(() => completeQuery(text, text.length)).not.toThrow()
  })

  it('is never repeated in a message as it came', () => {
    for (const nasty of ['\u202e', '\u2066', '\u0007', '\u200b', '\u2028', '\u00ad', '\ufeff']) {
      const { detail, mend } = faultOf(`decision:"a${nasty}b"`)
      expect(`${detail}${mend}`).not.toContain(nasty)
      expect(detail).toContain('U+')
    }
  })

  it('of bidirectional text is looked for as it is', () => {
    expect(tryQuery('"\u202eabc\u202c" tool:"\u2067x"', now)).toHaveProperty('query')
  })
})

describe('a limit', () => {
  const terms = (count: number) => Array.from({ length: count }, (_, at) => `tool:t${at}`).join(' ')
  const texts = (count: number) => Array.from({ length: count }, (_, at) => `w${at}`).join(' ')

  it.each<[string, string, string, QueryFault]>([
    ['terms', terms(64), `${terms(64)} last:1h`, 'too_many_terms'],
    ['texts', texts(16), `${texts(16)} "one more"`, 'too_many_texts'],
    ['depth', `${'('.repeat(8)}a${')'.repeat(8)}`, `${'('.repeat(9)}a${')'.repeat(9)}`, 'too_deep'],
    ['stars', `tool:${'*'.repeat(8)}`, `tool:${'*'.repeat(9)}`, 'too_many_stars'],
    ['length', `a${' '.repeat(1999)}`, `a${' '.repeat(2000)}`, 'too_long'],
  ])('of %s is reached without a fault, and not passed', (_, most, more, code) => {
    expect(tryQuery(most, now)).toHaveProperty('query')
    expect(faultOf(more).code).toBe(code)
  })
})

describe('mending', () => {
  it.each([
    ['decision:denied', 'deny'],
    ['actoin:x', 'action'],
    ['action:tool.refusd', 'tool.refused'],
    ['action:refused', 'tool.refused'],
    ['outcome:fine', 'ok, error, denied'],
    ['sort:random', 'newest'],
    ['tool:(a OR b)', 'field:a,b'],
    ['--force', 'in quotes'],
    ['seq:1O', 'seq:100..200'],
    ['last:24', '24h'],
  ])('%s names what was most likely meant', (text, meant) => {
    expect(faultOf(text).mend).toContain(meant)
  })
})
