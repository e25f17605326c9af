import type { AuditEntry } from '@watchbill/contract/audit'
import { evidence, merkle, type ProofPlan } from '@watchbill/ledger'
import type { ReadDb } from '../db/open.ts'
import { readNodes } from '../log/nodes.ts'

/** What the head of a proving export says beside its count. */
export interface ExportSubject {
  readonly origin: string
  readonly query: string
  readonly checkpoint: string
  /** Size of the checkpoint. */
  readonly size: number
  readonly keys: readonly string[]
  readonly createdAt: string
}

/**
 * Batches of entries as the JSON lines that prove them against one checkpoint (`evidence.createExportCheck`): between two
 * entries the hashes of what was left out, so that any reader folds the root in one pass.
 */
export async function* jsonText(
  db: ReadDb,
  workspace: string,
  batches: AsyncIterable<readonly AuditEntry[]>,
  subject: ExportSubject,
  count: number,
): AsyncGenerator<string> {
  yield `${evidence.formatExportHead({ ...subject, count })}\n`
  const { size } = subject
  let at = 0
  for await (const entries of batches) {
    const lines: Line[] = []
    for (const entry of entries) {
      lines.push({ plan: gapBefore(at, entry.seq, size), entry })
      at = entry.seq + 1
    }
    yield await formatLines(db, workspace, size, lines)
  }
  yield await formatLines(db, workspace, size, [{ plan: gapBefore(at, size, size), entry: null }])
  yield `${evidence.formatExportEnd(count)}\n`
}

interface Line {
  readonly plan: ProofPlan
  readonly entry: AuditEntry | null
}

/** Of the tree: pending entries lie behind it, and the first of them closes it. */
const gapBefore = (at: number, seq: number, size: number): ProofPlan => {
  const to = Math.min(seq, size)
  return at < to ? merkle.planGap(at, to, size) : []
}

/** The hashes of all gaps of a batch in one look-up. */
const formatLines = async (
  db: ReadDb,
  workspace: string,
  size: number,
  lines: readonly Line[],
): Promise<string> => {
  const places = lines.flatMap(({ plan }) => plan.flat())
  const hashOf = await readNodes(db, workspace, size, places)
  return lines
    .flatMap(({ plan, entry }) => [
      ...(plan.length === 0 ? [] : [evidence.formatExportGap(merkle.foldProof(plan, hashOf))]),
      ...(entry === null ? [] : [evidence.formatExportEntry({ ...entry, pending: entry.seq >= size })]),
    ])
    .map((line) => `${line}\n`)
    .join('')
}
