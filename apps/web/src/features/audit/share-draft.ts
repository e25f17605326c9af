import { type ShareScope, shareMost } from '@watchbill/contract/shares'

/** What the page shows when somebody asks to share it. */
export interface ShareGiven {
  /** The query; '' asks for every entry. */
  readonly q: string
  /** Places chosen by hand; null when none are. */
  readonly selected: readonly number[] | null
  /** Span of what is listed, as the contract has it: first place, and the first one no longer in it. */
  readonly range: { readonly from: number; readonly to: number } | null
}

/** chosen: these places. answer: what answers the query. range: everything between two places. */
export type ScopeChoice = 'chosen' | 'answer' | 'range'

/** What a person typed so far; places as text, both ends included, because that is how people say them. */
export interface ShareDraft {
  readonly choice: ScopeChoice
  readonly first: string
  readonly last: string
  /** Of a range: the query goes along, and the visitor's browser runs it again. */
  readonly rerun: boolean
}

/** The question before what happens to be open beside it. `rerunnable`: the query asks about headers and places alone. */
export function firstDraft(given: ShareGiven, rerunnable: boolean): ShareDraft {
  return {
    choice: given.q === '' && (given.selected?.length ?? 0) > 0 ? 'chosen' : 'answer',
    first: String(given.range?.from ?? 0),
    last: String(Math.max(given.range?.from ?? 0, (given.range?.to ?? 1) - 1)),
    rerun: rerunnable,
  }
}

/** The scope to ask for; null while the places are none. */
export function scopeOf(draft: ShareDraft, { q, selected }: ShareGiven): ShareScope | null {
  if (draft.choice === 'answer') return { kind: 'selection', q }
  if (draft.choice === 'chosen') {
    const seqs = [...new Set(selected)].sort((a, b) => a - b)
    return seqs.length === 0 || seqs.length > shareMost ? null : { kind: 'selection', seqs }
  }
  const [first, last] = [placeOf(draft.first), placeOf(draft.last)]
  if (first === null || last === null || last < first) return null
  const scope = { kind: 'range', from: first, to: last + 1 } as const
  return draft.rerun && q !== '' ? { ...scope, q } : scope
}

/** `48,211` and `48211` are the same place. */
function placeOf(text: string): number | null {
  const digits = text.trim().replaceAll(',', '')
  const place = Number(digits)
  return /^\d{1,16}$/.test(digits) && Number.isSafeInteger(place + 1) ? place : null
}
