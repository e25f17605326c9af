import { type AuditQuery, formatQuery, matchEntry, parseQuery } from '@watchbill/contract/audit-query'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readCanonical } from './document/canonical-query.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const agent = 'agt_01a1f848-b543-7e91-9e5e-989cb75f9d5f'

/** Without the places in the text, which only editors ask for. */
const bare = (query: AuditQuery | null): unknown =>
  JSON.parse(JSON.stringify(query, (name, value) => (name === 'span' ? undefined : value)))

const value = fc.oneof(
  fc.constantFrom(
    'none',
    '"none"',
    '*',
    'tool.*',
    '"a \\" b"',
    '"a, b"',
    '"(x)"',
    agent,
    'a*b*',
    '"*"',
    '-x',
    'a:b',
    'OR',
  ),
  fc.stringMatching(/^[a-z._-]{1,12}$/),
)
const word = fc
  .tuple(fc.constantFrom('agent', 'producer', 'policy'), fc.array(value, { minLength: 1, maxLength: 3 }))
  .map(([field, values]) => `${field}:${values.join(',')}`)
const closed = fc.constantFrom(
  'decision:deny',
  'decision:none',
  'decision:allow,ask',
  'action:tool.*',
  'action:tool.called',
)
const number = fc.nat({ max: 100_000 })
const seq = fc
  .array(
    fc.oneof(
      number.map(String),
      number.map((low) => `${low}..${low + 7}`),
      number.map((low) => `>=${low}`),
      number.map((high) => `<${high + 1}`),
      fc.constantFrom('*', 'none', '..9', '5..'),
    ),
    { minLength: 1, maxLength: 3 },
  )
  .map((bounds) => `seq:${bounds.join(',')}`)
const time = fc.constantFrom(
  ...[
    'after:2026-11-01',
    'before:2026-11-20T10:00:00.123Z',
    'time:2026-11-01',
    'time:2026-11-01..2026-11-03',
    'last:24h',
  ],
  ...['time:*', 'time:none', 'time:>2026-11-01', 'time:<=2026-11-01', 'time:2026-11-01,2026-11-05'],
)
const term = fc.oneof(word, closed, seq, time)
const query = fc.letrec<{ any: string; group: string }>((tie) => ({
  group: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    term,
    tie('any').map((inner) => `(${inner})`),
  ),
  any: fc
    .tuple(
      fc.array(fc.tuple(fc.constantFrom('', '', '-'), tie('group')), { minLength: 1, maxLength: 4 }),
      fc.constantFrom(' ', ' OR '),
    )
    .map(([items, between]) => items.map(([sign, item]) => `${sign}${item}`).join(between)),
})).any

describe('the reader in share documents', () => {
  test('reads what formatQuery writes just as the grammar does, and matches alike', () => {
    let read = 0
    fc.assert(
      fc.property(
        query,
        fc.nat({ max: 120 }),
        fc.constantFrom('allow', 'deny', null),
        (text, place, decision) => {
          const parsed = tryParse(text)
          if (parsed === null) return
          read += 1
          const written = formatQuery({ ...parsed, sort: 'newest' })
          const own = readCanonical(written)
          expect(bare(own)).toEqual(bare(parseQuery(written, 0)))
          const words = { action: 'tool.called', decision, agent, producer: 'prd', policy: null }
          const facts = { words, numbers: { seq: place, time: Date.UTC(2026, 10, 2) }, text: '' }
          expect(own !== null && matchEntry(own, facts)).toBe(matchEntry(parsed, facts))
        },
      ),
      { numRuns: drills ? 20_000 : 2000 },
    )
    expect(read).toBeGreaterThan(1000)
  })

  test.each([
    ...[
      'tool:Bash',
      'bash',
      '"text"',
      'decision:',
      'decision:deny  seq:1',
      ' decision:deny',
      'decision:deny ',
      '(decision:deny',
    ],
    ...[
      'decision:deny)',
      '-',
      'OR',
      'seq:x',
      'seq:1..',
      'time:yesterday',
      'after:x',
      'seq:"1"x',
      'agent:"a',
      'sort:oldest',
    ],
    '('.repeat(100_000),
  ])('%s is no such text', (text) => {
    expect(readCanonical(text)).toBeNull()
  })
})

const tryParse = (text: string): AuditQuery | null => {
  try {
    return parseQuery(text, Date.UTC(2026, 10, 20))
  } catch {
    return null
  }
}
