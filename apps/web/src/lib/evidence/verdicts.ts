import type { Contradiction } from './contradiction.ts'
import { type DrawnPath, drawPath, type PathEvidence } from './draw-path.ts'
import {
  type CheckpointEvidence,
  type CheckpointJudgement,
  fingerprintOf,
  judgeCheckpoint,
} from './judge-checkpoint.ts'
import { judgePayloads, judgeRange, type RangeEvidence, type RowEvidence } from './judge-rows.ts'
import { judgeSelection, type SelectionEvidence, type SelectionJudgement } from './judge-selection.ts'

/** Everything a page asks of the verifier; each answer follows from its argument alone. */
export interface Verdicts {
  readonly checkpoint: (evidence: CheckpointEvidence) => Promise<CheckpointJudgement>
  readonly range: (evidence: RangeEvidence) => Promise<boolean>
  readonly selection: (evidence: SelectionEvidence) => Promise<SelectionJudgement>
  readonly payloads: (evidence: {
    readonly workspace: string
    readonly rows: readonly RowEvidence[]
  }) => Promise<readonly Contradiction[]>
  readonly path: (evidence: PathEvidence) => Promise<DrawnPath>
  readonly fingerprint: (vkey: string) => Promise<string>
}

/** The verifier itself; runs wherever it is called (the worker calls it, and so do tests). */
export const verdicts: Verdicts = {
  checkpoint: judgeCheckpoint,
  range: async (evidence) => judgeRange(evidence),
  selection: async (evidence) => judgeSelection(evidence),
  payloads: async ({ workspace, rows }) => judgePayloads(workspace, rows),
  path: async (evidence) => drawPath(evidence),
  fingerprint: async (vkey) => fingerprintOf(vkey),
}
