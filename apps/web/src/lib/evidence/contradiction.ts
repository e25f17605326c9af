/** What kind of thing in a log cannot be true; the words are `kindWords`. */
export type ContradictionKind =
  | 'signature'
  | 'key'
  | 'origin'
  | 'unreadable'
  | 'shrunk'
  | 'history'
  | 'entry'
  | 'missing'
  | 'payload'

/** Something the log says that cannot be true together with what was proven before, or with what it says elsewhere. */
export interface Contradiction {
  /** `entry 17`, `checkpoint 120`. */
  readonly place: string
  readonly kind: ContradictionKind
  readonly detail: string
}

/** Short words for each kind, after "CONTRADICTED at <place>:". */
export const kindWords: Readonly<Record<ContradictionKind, string>> = {
  signature: 'the signature does not hold',
  key: 'signed by a key this browser was never led to',
  origin: 'another log stands in its place',
  unreadable: 'it cannot be read as what it should be',
  shrunk: 'the log is shorter than it was',
  history: 'the log’s past was changed',
  entry: 'the entry is not the one that was logged',
  missing: 'the entry is gone',
  payload: 'what the entry says was changed',
}

/** Two that say the same of the same place are one. */
export const sameContradiction = (a: Contradiction, b: Contradiction): boolean =>
  a.place === b.place && a.kind === b.kind

/** Number of the entry a contradiction is about; null when it is about the log. */
export function seqOf({ place }: Contradiction): number | null {
  const [, seq] = /^entry (\d+)$/.exec(place) ?? []
  return seq === undefined ? null : Number(seq)
}
