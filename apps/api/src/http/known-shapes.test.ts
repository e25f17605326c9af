import { api } from '@watchbill/contract/api'
import { parseJson } from '@watchbill/ledger'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fitsKnownShape } from './known-shapes.ts'

const row = api.postEntries
const good = { header: '{}', payload: { tool: 'Bash', count: 1, imported: false }, salt: 'A'.repeat(43) }

/** What `parseJson` makes of it: nothing else ever comes here. */
const read = (value: unknown) => parseJson(new TextEncoder().encode(JSON.stringify(value)))

const wrong = fc.oneof(
  fc.jsonValue(),
  fc.constantFrom(
    null,
    true,
    '',
    'x\u0000y',
    'x'.repeat(121),
    'x'.repeat(20_001),
    `${'A'.repeat(42)}B`,
    [],
    {},
  ),
)
const rarely = <T>(usual: fc.Arbitrary<T>) => fc.oneof({ weight: 20, arbitrary: usual }, wrong)
const payload = fc.dictionary(fc.string(), rarely(fc.oneof(fc.string(), fc.boolean(), fc.integer())))
const entry = fc.record({
  header: rarely(fc.string({ minLength: 2 })),
  payload: rarely(fc.option(payload)),
  salt: rarely(fc.constantFrom(null, good.salt)),
})

it('says yes only to what the schema accepts, and changes nothing', () => {
  let yes = 0
  const bodies = fc.oneof(
    { weight: 9, arbitrary: fc.record({ entries: fc.array(rarely(entry), { maxLength: 3 }) }) },
    wrong,
  )
  fc.assert(
    fc.property(bodies, (body) => {
      const value = readable(body)
      const { data, success } = row.body.safeParse(value)
      // Not more than a shortcut: whatever it takes the schema takes, and the other way round.
      expect(fitsKnownShape(row, value)).toBe(success)
      if (success) expect(data).toEqual(value)
      if (success) yes += 1
    }),
    { numRuns: 3000 },
  )
  expect(yes).toBeGreaterThan(100)
})

/** Names that the parser refuses, and half pairs, never come this far. */
const readable = (body: unknown): unknown => {
  try {
    return read(body)
  } catch {
    return null
  }
}

it.each([
  ['no entry', { entries: [] }],
  ['too many', { entries: Array.from({ length: 501 }, () => good) }],
  ['a member too many', { entries: [{ ...good, leaf: 'x' }] }],
  ['a member too few', { entries: [{ header: '{}', payload: null }] }],
  ['a member beside the entries', { entries: [good], more: 1 }],
  [
    'a member named as one of Object.prototype',
    { entries: [{ header: '{}', payload: null, toString: null }] },
  ],
  ['a header that is too long', { entries: [{ ...good, header: 'x'.repeat(65_536) }] }],
  ['a list as payload', { entries: [{ ...good, payload: [] }] }],
  ['a salt of 31 bytes and a bit', { entries: [{ ...good, salt: `${'A'.repeat(42)}B` }] }],
])('refuses %s', (_, body) => {
  const value = read(body)
  expect([fitsKnownShape(row, value), row.body.safeParse(value).success]).toEqual([false, false])
})

it('knows nothing of other rows', () => {
  expect(fitsKnownShape(api.postErasures, { entries: [good] })).toBe(false)
})
