import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { AuditQuery } from './ast.ts'
import { toggleTerm, topTerms, withoutTerm, withSort, withTerm, withTime } from './edit.ts'
import { formatQuery } from './format.ts'
import { parseQuery, tryQuery } from './parse.ts'
import { anyText, validQuery } from './testing/query-text.ts'

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 20_000 : 2000
const seed = Number(process.env.WATCHBILL_SEED ?? Date.now() % 2 ** 31)
console.info(`query edits: ${numRuns} runs each, seed ${seed} (WATCHBILL_SEED repeats it)`)
const now = Date.UTC(2026, 10, 10, 12)

describe('topTerms', () => {
  it('names what stands side by side, sorting apart', () => {
    const text = '-tool:Read  NOT (a OR b) AND "x y" sort:oldest last:1h (c)'
    expect(topTerms(text, now).map(({ label, negated }) => [label, negated])).toEqual([
      ['tool:Read', true],
      ['(a OR b)', true],
      ['"x y"', false],
      ['last:1h', false],
      ['(c)', false],
    ])
    for (const { span, text: own } of topTerms(text, now)) expect(text.slice(span.from, span.to)).toBe(own)
  })

  it('is one term where OR joins it, and still names what is not known any more', () => {
    expect(topTerms('a b OR c sort:oldest', now).map(({ text }) => text)).toEqual(['a b OR c'])
    expect(topTerms('action:tool.gone x', now).map(({ text }) => text)).toEqual(['action:tool.gone', 'x'])
    expect(topTerms('(broken', now)).toEqual([])
  })
})

describe('withoutTerm', () => {
  it.each([
    ['a', 0, ''],
    ['a b c', 1, 'a c'],
    ['a AND b AND c', 1, 'a AND c'],
    ['a AND b c', 0, 'b c'],
    ['a AND b', 1, 'a'],
    ['a AND sort:oldest b', 1, 'a AND sort:oldest'],
    ['  a   b  ', 0, 'b  '],
    ['(a)(b)(c)', 1, '(a) (c)'],
    ['"x AND" b c', 1, '"x AND" c'],
    ['a ANDy', 0, 'ANDy'],
    ['a OR b sort:oldest', 0, 'sort:oldest'],
    ['x -(a OR b) y', 1, 'x y'],
  ])('%s without the term at %i: %s', (text, at, expected) => {
    const span = topTerms(text, now)[at]?.span ?? { from: 0, to: 0 }
    expect(withoutTerm(text, span)).toBe(expected)
  })

  it('asks for the rest, whatever it was', () => {
    fc.assert(
      fc.property(validQuery, fc.nat(), (text, pick) => {
        const tops = topTerms(text, now)
        const gone = tops[pick % Math.max(1, tops.length)]
        if (gone === undefined) return
        const rest = tops.filter((term) => term !== gone).map((term) => term.text)
        const sort = tops.length > 1 && 'query' in tryQuery(text, now) ? sortOf(text) : 'newest'
        const expected = tryQuery(`${rest.join(' ')} sort:${sort}`, now)
        if (tops.length > 1)
          expect(canonical(tryQuery(withoutTerm(text, gone.span), now))).toBe(canonical(expected))
      }),
      { numRuns, seed },
    )
  })
})

const sortOf = (text: string) => parseQuery(text, now).sort
const canonical = (result: { query: AuditQuery } | { error: Error }): string =>
  'query' in result ? formatQuery(result.query) : result.error.message

describe('withTerm', () => {
  it.each([
    ['', 'tool', 'Bash', 'tool:Bash'],
    ['push', 'tool', 'Bash', 'push tool:Bash'],
    ['push  tool:Read  x', 'tool', 'Bash', 'push  tool:Read,Bash  x'],
    ['Tool:Read', 'tool', 'read', 'Tool:Read'],
    ['tool:Re*', 'tool', 'Re*', 'tool:Re*,"Re*"'],
    ['tool:a', 'tool', 'b c', 'tool:a,"b c"'],
    ['tool:a', 'tool', '', 'tool:a,""'],
    ['tool:a', 'tool', null, 'tool:a,none'],
    ['tool:a', 'tool', 'none', 'tool:a,"none"'],
    ['tool:none', 'tool', null, 'tool:none'],
    ['-tool:Read', 'tool', 'Read', 'tool:Read'],
    ['-tool:Read,Write x', 'tool', 'Read', '-tool:Write x tool:Read'],
    ['(tool:Read)', 'tool', 'Write', '(tool:Read) tool:Write'],
    ['a OR b', 'tool', 'x', '(a OR b) tool:x'],
    ['a OR b sort:oldest', 'tool', 'x', '(a OR b) sort:oldest tool:x'],
    ['seq:1', 'seq', '5', 'seq:1,5'],
    ['(broken', 'tool', 'x', '(broken tool:x'],
    ['last:99999999d', 'tool', 'x', 'last:99999999d tool:x'],
  ] as const)('%s and %s:%s: %s', (text, field, value, expected) => {
    expect(withTerm(text, field, value)).toBe(expected)
  })
})

describe('toggleTerm', () => {
  it.each([
    ['tool:a,b,c x', 'a', 'tool:b,c x'],
    ['tool:a,b,c x', 'B', 'tool:a,c x'],
    ['tool:a,b,c x', 'c', 'tool:a,b x'],
    ['x AND tool:a', 'a', 'x'],
    ['tool:a tool:a,b', 'a', 'tool:b'],
    ['tool:"a"', 'a', ''],
    ['tool:none', null, ''],
    ['tool:none', 'none', 'tool:none,"none"'],
    ['-tool:a', 'a', 'tool:a'],
    ['tool:a OR x', 'a', '(tool:a OR x) tool:a'],
  ] as const)('%s and %s: %s', (text, value, expected) => {
    expect(toggleTerm(text, 'tool', value)).toBe(expected)
  })

  it('twice changes nothing of what is asked for', () => {
    const value = fc.oneof(fc.constantFrom('Read', 'a,b', 'none', '*', '"', 'é\\'), fc.constant(null))
    fc.assert(
      fc.property(validQuery, value, (text, chosen) => {
        // What is kept out goes away for good once it is asked for, and what OR joins comes in a group.
        fc.pre(!/(-|NOT\s+)tool:/i.test(text) && !/tool:.*tool:/is.test(text))
        const twice = toggleTerm(toggleTerm(text, 'tool', chosen), 'tool', chosen)
        const expected = tryQuery(text, now)
        if ('query' in expected) expect(asSet(tryQuery(twice, now))).toBe(asSet(expected))
      }),
      { numRuns, seed },
    )
  })
})

/** Terms and alternatives sorted: a toggle may bring them back in another place. */
const asSet = (result: { query: AuditQuery } | { error: Error }): string =>
  [...new Set(canonical(result).split(/[\s,:]+/))].sort().join(' ')

describe('withTime', () => {
  it.each([
    ['', 0, null, 'after:1970-01-01T00:00:00.000Z'],
    ['x', null, 0, 'x before:1970-01-01T00:00:00.000Z'],
    [
      'after:-1h x  before:-1m last:2h -time:*  TIME:2026-11-01',
      0,
      5,
      'x -time:* after:1970-01-01T00:00:00.000Z before:1970-01-01T00:00:00.005Z',
    ],
    ['x last:1h y', null, null, 'x y'],
    ['last:1h OR x', 0, null, '(last:1h OR x) after:1970-01-01T00:00:00.000Z'],
    ['last:1h', null, null, ''],
  ])('%s from %s to %s: %s', (text, min, max, expected) => {
    expect(withTime(text, min, max)).toBe(expected)
  })
})

describe('withSort', () => {
  it.each([
    ['', 'oldest', 'sort:oldest'],
    ['a  sort:oldest b', 'latest', 'a b sort:latest'],
    ['a sort:oldest b', 'newest', 'a b'],
    ['a OR b', 'earliest', 'a OR b sort:earliest'],
    ['sort:oldest', 'newest', ''],
  ] as const)('%s %s: %s', (text, sort, expected) => {
    expect(withSort(text, sort)).toBe(expected)
  })
})

describe('any change', () => {
  it('to any text is made without an exception, and leaves a right query right', () => {
    const limits = ['too_long', 'too_deep', 'too_many_terms']
    fc.assert(
      fc.property(anyText, (text) => {
        const right = 'query' in tryQuery(text, now)
        const changed = [
          withTerm(text, 'tool', 'a "b"'),
          withTerm(text, 'agent', null),
          toggleTerm(text, 'tool', 'Read'),
          withTime(text, 0, now),
          withSort(text, 'oldest'),
          ...topTerms(text, now).map(({ span }) => withoutTerm(text, span)),
        ]
        for (const one of right ? changed : []) {
          const result = tryQuery(one, now)
          if ('error' in result) expect(limits, one).toContain(result.error.code)
        }
      }),
      { numRuns, seed },
    )
  })

  it('asks for entries that both the query and the change ask for', () => {
    fc.assert(
      fc.property(validQuery, (text) => {
        fc.pre(!/cause:/i.test(text))
        const before = tryQuery(text, now)
        const after = tryQuery(withTerm(text, 'cause', 'stop'), now)
        if ('error' in before || 'error' in after) return
        const { where, sort } = after.query
        const expected = before.query.where === null ? '' : formatQuery({ ...before.query, sort: 'newest' })
        const grouped = before.query.where?.kind === 'or' ? `(${expected})` : expected
        expect(sort).toBe(before.query.sort)
        expect(formatQuery({ where, sort: 'newest' })).toBe(canonical(tryQuery(`${grouped} cause:stop`, now)))
      }),
      { numRuns, seed },
    )
  })
})
