export { type Sha256, useSha256 } from '../hash.ts'
export {
  appendLeaf,
  emptyFrontier,
  type Frontier,
  formatFrontier,
  parseFrontier,
  rootOf,
} from './frontier.ts'
export { leafHash, nodeHash } from './hashes.ts'
export {
  foldProof,
  type NodePlace,
  type ProofPlan,
  planConsistency,
  planInclusion,
  planRange,
} from './proofs.ts'
export { checkSelection, planGap, planSelection } from './selection.ts'
export { createSelectionFold, type SelectionFold } from './selection-fold.ts'
export { checkConsistency, checkInclusion, checkRange, sameHash } from './verify.ts'
