import type { VerifierKey } from '../notes/verifier-key.ts'

/** What the evidence says against itself, and where. */
export interface Contradiction {
  /** `checkpoint`, `entry 17`, `pseq 4`, `member 2`, … */
  readonly place: string
  readonly kind: ContradictionKind
  /** For people; may quote nothing of an entry. */
  readonly detail: string
}

export type ContradictionKind =
  | 'unreadable'
  | 'signature'
  | 'retired'
  | 'witness'
  | 'origin'
  | 'inclusion'
  | 'commitment'
  | 'history'
  | 'range'
  | 'producer'
  | 'order'
  | 'gap'
  | 'equivocation'
  | 'prev'
  | 'seal'
  | 'key'
  | 'workspace'
  | 'redaction'

/** Always in parts, never a bare valid (SECURITY "Log, sealer, keys, restore"). */
export interface Verdict {
  /** no: something in it contradicts itself. unknown: nothing was there to check. */
  readonly consistent: 'yes' | 'no' | 'unknown'
  readonly signed: {
    /** Fingerprint of the key that signed; null when none of the keys asked about did. */
    readonly by: string | null
    /** Whether the reader had pinned that key. */
    readonly pinned: 'yes' | 'no' | 'not asked'
  }
  /** Of the witnesses the reader chose. */
  readonly witnessed: { readonly count: number; readonly of: number; readonly names: readonly string[] }
  /** Size of the newest signed tree it was checked in; of a chain: entries its machine signed for. Null when unsigned. */
  readonly freshAs: number | null
  readonly contradictions: readonly Contradiction[]
}

/** A log's key, and up to which size it signs. */
export interface SigningKey extends VerifierKey {
  /** It signs no checkpoint above this size; null or absent while it signs. */
  readonly retiredSize?: number | null
}

/** What the reader brings to the evidence. */
export interface Reader {
  /** Keys that may sign for the log, wherever they come from; `pins` says which of them are the reader's own. */
  readonly keys: readonly SigningKey[]
  /** Fingerprints the reader compared or remembers; null when there was nobody to ask. */
  readonly pins: readonly string[] | null
  /** Witnesses the reader chose, one key each. */
  readonly witnesses: readonly VerifierKey[]
}

export const contradiction = (kind: ContradictionKind, place: string, detail: string): Contradiction => ({
  kind,
  place,
  detail,
})

/** The verdict on evidence that cannot be read. */
export const unreadableVerdict = (
  contradictions: readonly Contradiction[],
  { pins, witnesses }: Pick<Reader, 'pins' | 'witnesses'>,
): Verdict => ({
  consistent: 'no',
  signed: { by: null, pinned: pins === null ? 'not asked' : 'no' },
  witnessed: { count: 0, of: witnesses.length, names: [] },
  freshAs: null,
  contradictions,
})
