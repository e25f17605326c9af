export {
  type DisclosedEntry,
  type Disclosure,
  formatDisclosure,
  parseDisclosure,
} from './disclosure.ts'
export { type EntryFile, formatEntryFile, parseEntryFile } from './entry-file.ts'
export { maySign } from './epoch.ts'
export { createExportCheck, type ExportCheck, type ExportVerdict } from './export-check.ts'
export {
  type ExportedEntry,
  type ExportHead,
  type ExportLine,
  formatExportEnd,
  formatExportEntry,
  formatExportGap,
  formatExportHead,
  parseExportLine,
} from './export-lines.ts'
export { type JudgedLine, judgeExportLine, noLine } from './judge-line.ts'
export type { History, SeenTree } from './judge-newest.ts'
export type { JudgedEntry } from './judge-rows.ts'
export { buffersOf, type JudgedBatch, packJudged, unpackJudged } from './judged-batch.ts'
export { acceptKeys, formatKeyPath, type KeyPath, parseKeyPath } from './key-path.ts'
export { formatPin, type Pin, parsePin } from './pin.ts'
export { formatSealText, type SealPlace } from './seal-text.ts'
export { formatTlogProof, parseTlogProof, type TlogProof } from './tlog-proof.ts'
export type { Contradiction, ContradictionKind, Reader, SigningKey, Verdict } from './verdict.ts'
export { type Chain, type ChainEntry, verifyChain } from './verify-chain.ts'
export { type DisclosureVerdict, verifyDisclosure } from './verify-disclosure.ts'
export { verifyEntry } from './verify-entry.ts'
export { type Extension, verifyExtension } from './verify-extension.ts'
export { type Range, verifyRange } from './verify-range.ts'
