import type { Contradiction } from '../../lib/evidence/contradiction.ts'
import type { RowEvidence } from '../../lib/evidence/judge-rows.ts'
import type { AuditRow } from './audit-rows.ts'

/** unproven: a checkpoint covers it, but the server gave no proof. */
export type ProofMark = 'proven' | 'pending' | 'unproven' | 'contradicted'

export interface RowProof {
  readonly mark: ProofMark
  readonly contradictions: readonly Contradiction[]
}
export type RowProofs = ReadonlyMap<number, RowProof>

export interface ProvenSize {
  readonly size: number
  readonly root: string
}

/** Requests spent on finding which rows of a page are wrong. */
export const maxSplits = 64

/** What is found of rows while they are proven. A contradicted row stays so, whatever else holds of it. */
export class Findings {
  readonly proofs = new Map<number, RowProof>()

  mark(rows: readonly { readonly seq: number }[], as: ProofMark): void {
    for (const { seq } of rows) {
      const held = this.proofs.get(seq)
      if (held?.mark !== 'contradicted') this.proofs.set(seq, { mark: as, contradictions: [] })
    }
  }

  accuse(met: readonly Contradiction[]): void {
    for (const one of met) {
      const seq = Number(one.place.slice('entry '.length))
      const held = this.proofs.get(seq)?.contradictions ?? []
      this.proofs.set(seq, { mark: 'contradicted', contradictions: [...held, one] })
    }
  }

  /** Rows that do not come to the root. `alone`: each by itself, so that no neighbour can be the one. */
  accuseRows(rows: readonly { readonly seq: number }[], size: number, alone: boolean): void {
    const detail = alone
      ? `its bytes do not lead to the root of checkpoint ${size}`
      : `it or a neighbour is not what checkpoint ${size} holds`
    this.accuse(rows.map(({ seq }) => ({ place: `entry ${seq}`, kind: 'entry', detail })))
  }
}

export const evidenceOf = ({ seq, entry }: AuditRow): RowEvidence[] =>
  entry === null ? [] : [{ seq, header: entry.header, members: entry.members }]
