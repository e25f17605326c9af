import type { RowEvidence } from '../../lib/evidence/judge-rows.ts'
import type { Verdicts } from '../../lib/evidence/verdicts.ts'
import type { AuditRow } from './audit-rows.ts'
import { evidenceOf, Findings, maxSplits, type ProvenSize, type RowProofs } from './row-proof.ts'

export interface SelectionDoors {
  readonly verifier: Pick<Verdicts, 'selection' | 'payloads'>
  /** What proves the leaves at `seqs` (ascending) in the tree of `size`; null where the server has none. */
  readonly proofs: (
    seqs: readonly number[],
    size: number,
  ) => Promise<{ readonly leaves: readonly string[]; readonly hashes: readonly string[] } | null>
}

/** Most rows of one request: what GET /v1/audit/proofs takes is 200. */
export const selectionMost = 100

/**
 * What holds of rows that answer a query, wherever they stand: nothing is asked of the entries between them. `proven` is the
 * checkpoint this browser proved; null while it proved none.
 */
export async function proveSelection(
  doors: SelectionDoors,
  workspace: string,
  rows: readonly AuditRow[],
  proven: ProvenSize | null,
): Promise<RowProofs> {
  const found = new Findings()
  found.mark(rows, 'pending')
  const all = rows.flatMap(evidenceOf).sort((a, b) => a.seq - b.seq)
  found.accuse(await doors.verifier.payloads({ workspace, rows: all }))
  if (proven !== null) {
    const covered = all.filter(({ seq }) => seq < proven.size)
    await proveAll({ doors, proven, found, left: maxSplits }, covered)
  }
  return found.proofs
}

interface Search {
  readonly doors: SelectionDoors
  readonly proven: ProvenSize
  readonly found: Findings
  left: number
}

/** All at once; a changed row is named by the leaves. Where the proof itself goes astray, half by half. */
async function proveAll(search: Search, rows: readonly RowEvidence[]): Promise<void> {
  if (rows.length === 0) return
  const { doors, found, proven } = search
  const { size, root } = proven
  const proof = await doors.proofs(
    rows.map(({ seq }) => seq),
    size,
  )
  if (proof === null) return found.mark(rows, 'unproven')
  const { leaves, hashes } = proof
  const judgement = await doors.verifier.selection({ rows, size, root, leaves, hashes })
  if (judgement.kind === 'holds') return found.mark(rows, 'proven')
  if (judgement.kind === 'changed') {
    const changed = new Set(judgement.seqs)
    found.mark(
      rows.filter(({ seq }) => !changed.has(seq)),
      'proven',
    )
    return found.accuseRows(
      rows.filter(({ seq }) => changed.has(seq)),
      size,
      true,
    )
  }
  if (rows.length === 1 || search.left <= 0) return found.accuseRows(rows, size, rows.length === 1)
  search.left -= 2
  const middle = rows.length >> 1
  await proveAll(search, rows.slice(0, middle))
  await proveAll(search, rows.slice(middle))
}
