import type { Contradiction } from '../../lib/evidence/contradiction.ts'
import type { RowEvidence } from '../../lib/evidence/judge-rows.ts'
import type { Verdicts } from '../../lib/evidence/verdicts.ts'
import type { AuditPage, AuditRow } from './audit-rows.ts'

/** unproven: a checkpoint covers it, but the server gave no proof. */
export type ProofMark = 'proven' | 'pending' | 'unproven' | 'contradicted'

export interface RowProof {
  readonly mark: ProofMark
  readonly contradictions: readonly Contradiction[]
}

export interface ProvenSize {
  readonly size: number
  readonly root: string
}

export interface ProverDoors {
  readonly verifier: Pick<Verdicts, 'range' | 'payloads'>
  /** Hashes that prove `from` to `to` - 1 in the tree of `size`; null where the server has none. */
  readonly range: (from: number, to: number, size: number) => Promise<readonly string[] | null>
}

/** Requests spent on finding which rows of a page are wrong. */
const maxSplits = 64

/** What holds of each row of a page: by itself, and in the tree of a proven checkpoint (null: none yet). */
export async function proveRows(
  doors: ProverDoors,
  workspace: string,
  page: AuditPage,
  proven: ProvenSize | null,
): Promise<ReadonlyMap<number, RowProof>> {
  const proofs = new Map<number, RowProof>()
  const rows = [...page.rows].reverse()
  for (const { seq, entry } of rows) {
    if (entry === null) accuse(proofs, [missing(seq)])
    else proofs.set(seq, { mark: 'pending', contradictions: [] })
  }
  accuse(proofs, await doors.verifier.payloads({ workspace, rows: rows.flatMap(evidenceOf) }))
  if (proven !== null) {
    const covered = rows.filter(({ seq }) => seq < proven.size)
    const search = { doors, proven, proofs, left: maxSplits }
    for (const run of runsOf(covered)) await proveRun(search, run, hashesOf(page, run, proven))
  }
  return proofs
}

interface Search {
  readonly doors: ProverDoors
  readonly proven: ProvenSize
  readonly proofs: Map<number, RowProof>
  left: number
}

/** The whole run at once; where that fails, half by half down to the rows that are not those that were logged. */
async function proveRun(
  search: Search,
  run: readonly RowEvidence[],
  given: readonly string[] | null,
): Promise<void> {
  const [first, last] = [run[0], run.at(-1)]
  if (first === undefined || last === undefined) return
  const { size, root } = search.proven
  const hashes = given ?? (await search.doors.range(first.seq, last.seq + 1, size))
  if (hashes === null) return mark(search.proofs, run, 'unproven')
  if (await search.doors.verifier.range({ rows: run, size, root, hashes }))
    return mark(search.proofs, run, 'proven')
  if (run.length === 1 || search.left <= 0) {
    const detail =
      run.length === 1
        ? `its bytes do not lead to the root of checkpoint ${size}`
        : `it or a neighbour is not what checkpoint ${size} holds`
    return accuse(
      search.proofs,
      run.map(({ seq }) => ({ place: `entry ${seq}`, kind: 'entry', detail })),
    )
  }
  search.left -= 2
  const middle = run.length >> 1
  await proveRun(search, run.slice(0, middle), null)
  await proveRun(search, run.slice(middle), null)
}

/** A contradicted row stays so, whatever else holds of it. */
function mark(proofs: Map<number, RowProof>, run: readonly RowEvidence[], as: ProofMark): void {
  for (const { seq } of run) {
    const held = proofs.get(seq)
    if (held?.mark !== 'contradicted') proofs.set(seq, { mark: as, contradictions: [] })
  }
}

function accuse(proofs: Map<number, RowProof>, met: readonly Contradiction[]): void {
  for (const one of met) {
    const seq = Number(one.place.slice('entry '.length))
    const held = proofs.get(seq)?.contradictions ?? []
    proofs.set(seq, { mark: 'contradicted', contradictions: [...held, one] })
  }
}

const missing = (seq: number): Contradiction => ({
  place: `entry ${seq}`,
  kind: 'missing',
  detail: 'the server counts it and does not show it',
})

const evidenceOf = ({ seq, entry }: AuditRow): RowEvidence[] =>
  entry === null ? [] : [{ seq, header: entry.header, members: entry.members }]

/** Rows without a gap. */
function runsOf(rows: readonly AuditRow[]): RowEvidence[][] {
  const runs: RowEvidence[][] = []
  for (const row of rows.flatMap(evidenceOf)) {
    const run = runs.at(-1)
    if (run?.at(-1)?.seq === row.seq - 1) run?.push(row)
    else runs.push([row])
  }
  return runs
}

/** The proof that came with the page, where it is about exactly this. */
function hashesOf({ proof }: AuditPage, run: readonly RowEvidence[], { size }: ProvenSize) {
  const fits =
    proof !== null && proof.size === size && proof.from === run[0]?.seq && proof.to - 1 === run.at(-1)?.seq
  return fits ? proof.hashes : null
}
