import { expect, test } from 'vitest'
import { firstDraft, type ShareDraft, scopeOf } from './share-draft.ts'

const given = { q: 'decision:deny', selected: null, range: { from: 100, to: 140 } }
const draft = (more: Partial<ShareDraft>): ShareDraft => ({ ...firstDraft(given, true), ...more })

test('a question is shared as what answers it; without one, what was chosen by hand comes first', () => {
  expect(scopeOf(firstDraft(given, true), given)).toEqual({ kind: 'selection', q: 'decision:deny' })
  expect(firstDraft({ ...given, selected: [9] }, true).choice).toBe('answer')
  const chosen = { ...given, q: '', selected: [9, 4, 9] }
  expect(scopeOf(firstDraft(chosen, true), chosen)).toEqual({ kind: 'selection', seqs: [4, 9] })
  expect(firstDraft({ ...chosen, selected: [] }, true).choice).toBe('answer')
})

test('a range starts as what is listed; people name its last place, the contract the one after it', () => {
  expect(draft({})).toMatchObject({ first: '100', last: '139' })
  const range = { kind: 'range', from: 100, to: 140 }
  expect(scopeOf(draft({ choice: 'range' }), given)).toEqual({ ...range, q: 'decision:deny' })
  expect(scopeOf(draft({ choice: 'range', rerun: false }), given)).toEqual(range)
  expect(scopeOf(draft({ choice: 'range' }), { ...given, q: '' })).toEqual(range)
  expect(scopeOf(draft({ choice: 'range', first: '48,211', last: ' 48211 ' }), given)).toMatchObject({
    from: 48_211,
    to: 48_212,
  })
})

test.each([
  ['', '5'],
  ['5', '4'],
  ['-1', '4'],
  ['1.5', '4'],
  ['0', '9007199254740991'],
  ['one', '4'],
])('places "%s" to "%s" are no range', (first, last) =>
  expect(scopeOf(draft({ choice: 'range', first, last }), given)).toBeNull(),
)

test('an empty page can still be asked about', () => {
  const nothing = { q: '', selected: null, range: null }
  expect(firstDraft(nothing, true)).toMatchObject({ choice: 'answer', first: '0', last: '0' })
})
