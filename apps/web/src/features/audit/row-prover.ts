import type { Contradiction } from '../../lib/evidence/contradiction.ts'
import type { RowEvidence } from '../../lib/evidence/judge-rows.ts'
import type { Verdicts } from '../../lib/evidence/verdicts.ts'
import type { AuditPage, AuditRow } from './audit-rows.ts'
import { evidenceOf, Findings, maxSplits, type ProvenSize, type RowProofs } from './row-proof.ts'

export interface ProverDoors {
  readonly verifier: Pick<Verdicts, 'range' | 'payloads'>
  /** Hashes that prove `from` to `to` - 1 in the tree of `size`; null where the server has none. */
  readonly range: (from: number, to: number, size: number) => Promise<readonly string[] | null>
}

/** What holds of each row of a page by place: by itself, and in the tree of a proven checkpoint (null: none yet). */
export async function proveRows(
  doors: ProverDoors,
  workspace: string,
  page: AuditPage,
  proven: ProvenSize | null,
): Promise<RowProofs> {
  const found = new Findings()
  const rows = [...page.rows].reverse()
  for (const row of rows) {
    if (row.entry === null) found.accuse([missing(row.seq)])
    else found.mark([row], 'pending')
  }
  found.accuse(await doors.verifier.payloads({ workspace, rows: rows.flatMap(evidenceOf) }))
  if (proven !== null) {
    const covered = rows.filter(({ seq }) => seq < proven.size)
    const search = { doors, proven, found, left: maxSplits }
    for (const run of runsOf(covered)) await proveRun(search, run, hashesOf(page, run, proven))
  }
  return found.proofs
}

interface Search {
  readonly doors: ProverDoors
  readonly proven: ProvenSize
  readonly found: Findings
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
  if (hashes === null) return search.found.mark(run, 'unproven')
  if (await search.doors.verifier.range({ rows: run, size, root, hashes }))
    return search.found.mark(run, 'proven')
  if (run.length === 1 || search.left <= 0) return search.found.accuseRows(run, size, run.length === 1)
  search.left -= 2
  const middle = run.length >> 1
  await proveRun(search, run.slice(0, middle), null)
  await proveRun(search, run.slice(middle), null)
}

const missing = (seq: number): Contradiction => ({
  place: `entry ${seq}`,
  kind: 'missing',
  detail: 'the server counts it and does not show it',
})

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
