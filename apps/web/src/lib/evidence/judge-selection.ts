import { merkle } from '@watchbill/ledger'
import { fromBase64 } from './base64.ts'
import type { RowEvidence } from './judge-rows.ts'

/** Rows wherever they stand, lowest first, against the root of a proven checkpoint. Hashes are standard base64. */
export interface SelectionEvidence {
  readonly rows: readonly RowEvidence[]
  readonly size: number
  readonly root: string
  /** What the server says stands at the place of each row. */
  readonly leaves: readonly string[]
  /** `merkle.planSelection`. */
  readonly hashes: readonly string[]
}

/**
 * holds: exactly these headers stand at these places. changed: the proof leads to the root, and these rows are not what
 * stands there; all others are. astray: the proof itself leads elsewhere, so it says nothing of any row.
 */
export type SelectionJudgement =
  | { readonly kind: 'holds' }
  | { readonly kind: 'changed'; readonly seqs: readonly number[] }
  | { readonly kind: 'astray' }

/** TRUST BOUNDARY: `leaves` are asked only after they came to the root themselves. */
export function judgeSelection({ rows, size, root, leaves, hashes }: SelectionEvidence): SelectionJudgement {
  const seqs = rows.map(({ seq }) => seq)
  const shown = rows.map(({ header }) => merkle.leafHash(new TextEncoder().encode(header)))
  const proof = hashes.map(fromBase64)
  const top = fromBase64(root)
  if (merkle.checkSelection(seqs, shown, size, proof, top)) return { kind: 'holds' }
  const logged = leaves.map(fromBase64)
  if (!merkle.checkSelection(seqs, logged, size, proof, top)) return { kind: 'astray' }
  const changed = seqs.filter((_, index) => !isSame(shown[index], logged[index]))
  return { kind: 'changed', seqs: changed }
}

const isSame = (one: Uint8Array | undefined, other: Uint8Array | undefined): boolean =>
  one !== undefined && other !== undefined && merkle.sameHash(one, other)
