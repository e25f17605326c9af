import fc from 'fast-check'

// Texts for tests: queries the grammar allows, texts that are nearly such, and anything.

const bare = fc.constantFrom(
  ...[
    'Read',
    'bash',
    'mcp__git',
    'build-07',
    'a.b',
    'C:\\x',
    'é',
    '日本',
    '🤖1',
    '-x',
    '>5',
    '1..2',
    'or',
    'none',
    '__proto__',
  ],
)
const inQuotes = fc
  .string({
    unit: fc.oneof(fc.constantFrom(...' "\\*,():-aé日\u202e\u0301🤖'), fc.constantFrom('OR', ' a')),
    maxLength: 8,
  })
  .map((text) => `"${text.replace(/["\\]/g, '\\$&')}"`)
const quotedValue = inQuotes.filter((text) => text !== '""')
const wild = fc.constantFrom('*', 'mcp__*', '*x', 'a*b*c', '**')
const openField = fc.constantFrom(
  'agent',
  'tool',
  'session',
  'MACHINE',
  'runtime',
  'model',
  'cause',
  'producer',
  'policy',
)

const list = (one: fc.Arbitrary<string>) =>
  fc.array(one, { minLength: 1, maxLength: 3 }).map((all) => all.join(','))
const openTerm = fc
  .tuple(openField, list(fc.oneof(bare, quotedValue, wild, fc.constant('none'))))
  .map(([field, values]) => `${field}:${values}`)
const closedTerm = fc.oneof(
  list(fc.constantFrom('allow', 'ASK', 'deny', 'none', '"deny"', 'd*')).map((values) => `decision:${values}`),
  list(fc.constantFrom('ok', 'error', 'none')).map((values) => `outcome:${values}`),
  list(fc.constantFrom('tool.called', 'tool.*', 'Key.Created')).map((values) => `Action:${values}`),
  fc.constantFrom('by:person', 'imported:false', 'payload:erased,shown'),
)

const digits = fc.nat({ max: 2 ** 31 - 1 })
const length = fc
  .tuple(fc.nat({ max: 999 }), fc.constantFrom('ms', 's', 'm', 'h', 'd', 'H'))
  .map(([n, unit]) => `${n}${unit}`)
const instant = fc
  .date({ min: new Date(0), max: new Date('9999-01-01T00:00:00Z'), noInvalidDate: true })
  .map((date) => date.toISOString())
const moment = fc.oneof(
  instant,
  instant.map((text) => text.slice(0, 10)),
  instant.map((text) => text.slice(0, 16)),
  instant.map((text) => text.replace('Z', '+05:30')),
  length.map((text) => `-${text}`),
  fc.constantFrom('1793534400000', '2024-02-29', '2026-11-01t09:30z'),
)
const range = (field: string, low: fc.Arbitrary<string>, high: fc.Arbitrary<string>) =>
  list(
    fc.oneof(
      fc.tuple(fc.constantFrom('', '>', '>='), low).map((parts) => parts.join('')),
      low.map((from) => `${from}..`),
      fc.tuple(low, high).map((parts) => parts.join('..')),
      fc.tuple(fc.constantFrom('<', '<=', '..'), high).map((parts) => parts.join('')),
      fc.constantFrom('*', 'none'),
    ),
  ).map((values) => `${field}:${values}`)
const rangeTerm = fc.oneof(
  range(
    'seq',
    digits.map(String),
    digits.map((n) => String(n + 2 ** 31)),
  ),
  range('duration', length, fc.constantFrom('99999d', '9999999h')),
  range(
    'TIME',
    moment.filter((text) => text < '9'),
    fc.constantFrom('9999-02-01', '9999-12-30T23:59:59.999Z'),
  ),
  moment.map((text) => `after:${text}`),
  moment.map((text) => `before:${text}`),
  length.map((text) => `last:${text}`),
)

const phrase = fc.tuple(
  fc.constantFrom('push', '"git push"', 'é', 'a,b', 'or', '"-- x"', '"日本 語"', '"OR"', '"tool:x"'),
  fc.constantFrom('', '*'),
)
const plainTerm = fc.oneof(
  { weight: 3, arbitrary: openTerm },
  { weight: 2, arbitrary: closedTerm },
  { weight: 2, arbitrary: rangeTerm },
  { weight: 2, arbitrary: phrase.map((parts) => parts.join('')) },
)

const joined = (items: fc.Arbitrary<string>, maxLength: number) =>
  fc
    .array(fc.tuple(fc.constantFrom(' ', ' ', '  ', ' AND ', ' OR ', '\n'), items), {
      minLength: 1,
      maxLength,
    })
    .map((all) => all.map(([join, item], at) => (at === 0 ? item : join + item)).join(''))

/** A term or group, with or without a sign. */
export const validTerm: fc.Arbitrary<string> = fc.letrec<{ item: string }>((tie) => ({
  item: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    { weight: 6, arbitrary: plainTerm },
    { weight: 2, arbitrary: plainTerm.map((term) => (term.startsWith('-') ? term : `-${term}`)) },
    { weight: 1, arbitrary: plainTerm.map((term) => `NOT ${term}`) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(fc.constantFrom('(', '-(', '( ', 'NOT('), joined(tie('item'), 3))
        .map(([open, inside]) => `${open}${inside})`),
    },
  ),
})).item

/** A query the grammar allows; one in a hundred may be over a limit. */
export const validQuery: fc.Arbitrary<string> = fc
  .tuple(joined(validTerm, 5), fc.constantFrom('', '', ' sort:oldest', ' sort:Latest', ' AND sort:newest'))
  .map((parts) => parts.join(''))

const piece = fc.constantFrom(
  ...'( ) ( " " \\ - -- : , , * .. > <= AND OR NOT and tool: tool seq: time: duration: decision: sort: sort:oldest last: after: none deny denied 5 10..20 20..10 5s -24h 2026-11-01 2026-02-30 push a __proto__ constructor: 🤖 \u0301'.split(
    ' ',
  ),
  ' ',
  '\ud800',
  '\u0000',
  '\u202e',
)
const soup = fc
  .array(fc.tuple(piece, fc.constantFrom('', ' ', ' ')), { maxLength: 40 })
  .map((all) => all.flat().join(''))
const damaged = fc
  .tuple(validQuery, fc.nat({ max: 400 }), fc.nat({ max: 3 }), piece)
  .map(([text, at, gone, put]) => text.slice(0, at) + put + text.slice(at + gone))

/** A quarter each: right, nearly right, made of the grammar's pieces, anything. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  validQuery,
  damaged,
  soup,
  fc.oneof(fc.string({ unit: 'binary', maxLength: 60 }), fc.string({ unit: 'grapheme', maxLength: 60 })),
)
