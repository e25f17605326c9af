import { base64url } from '../base64url.ts'
import type { Checkpoint } from '../notes/checkpoint.ts'
import type { Disclosure } from './disclosure.ts'
import { type History, type JudgedNewest, judgeHistory, judgeNewest, type SeenTree } from './judge-newest.ts'
import { judgeNote } from './judge-note.ts'
import { type JudgedEntry, judgeRows } from './judge-rows.ts'
import type { Pin } from './pin.ts'
import { type Contradiction, contradiction, type Reader, unreadableVerdict, type Verdict } from './verdict.ts'
import { verdictOf } from './verify-entry.ts'

/** A share, checked: `signed` and `witnessed` are about the tree it was frozen at. */
export interface DisclosureVerdict extends Verdict {
  readonly entries: readonly JudgedEntry[]
  /** Whether key and tree are those of the link the reader came by. */
  readonly pin: 'none' | 'matches' | 'contradicts'
  /** Whether the log goes on from what the reader had seen of it. */
  readonly history: History
  /** Of a range: all headers are here. A selection may always leave something out. */
  readonly complete: boolean
  /** What the reader may remember as seen from now on: signed, and an extension of what was seen; else null. */
  readonly newest: SeenTree | null
}

/**
 * Whether a share shows what its log holds. `reader.keys`: those it offers, or the reader's own. `pin`: of the link, null
 * without. `memory`: the largest tree of this origin the reader has seen. Never throws.
 */
export const verifyDisclosure = async (
  disclosure: Disclosure,
  reader: Reader,
  pin: Pin | null,
  memory: SeenTree | null,
): Promise<DisclosureVerdict> => {
  const asking = pin === null ? reader : { ...reader, pins: [...(reader.pins ?? []), pin.vkeyHash] }
  const { checkpoint: frozen, ...judged } = await judgeNote(disclosure.checkpoint, asking, 'checkpoint')
  if (frozen === null) return unreadable(disclosure, judged.contradictions, asking, pin, memory)
  const rows = judgeRows(disclosure, frozen)
  const newest = await judgeNewest(disclosure, frozen, judged.signed, asking)
  const history = judgeHistory(disclosure, frozen, newest.tree, memory)
  const pinned = pin === null ? [] : judgePin(pin, frozen, judged.signers)
  const contradictions = [
    ...judged.contradictions,
    ...(frozen.origin === disclosure.origin
      ? []
      : [contradiction('origin', 'checkpoint', 'it is about another log')]),
    ...pinned,
    ...rows.contradictions,
    ...newest.contradictions,
    ...(history === 'contradicts'
      ? [contradiction('history', 'checkpoint', 'the log does not go on from what was seen of it before')]
      : []),
  ]
  const verdict = verdictOf({ ...judged, contradictions }, freshest(frozen, newest))
  return {
    ...verdict,
    consistent: verdict.consistent === 'yes' && rows.entries.length === 0 ? 'unknown' : verdict.consistent,
    entries: rows.entries,
    pin: pin === null ? 'none' : pinned.length === 0 ? 'matches' : 'contradicts',
    history,
    complete: rows.complete,
    newest: contradictions.length === 0 && history !== 'unknown' ? treeOf(newest) : null,
  }
}

const freshest = ({ size }: Checkpoint, { tree, signed }: JudgedNewest): number =>
  tree !== null && signed ? tree.size : size

const treeOf = ({ tree, signed }: JudgedNewest): SeenTree | null =>
  tree !== null && signed ? { size: tree.size, root: base64url.encode(tree.root) } : null

const judgePin = (
  { vkeyHash, size, root }: Pin,
  frozen: Checkpoint,
  signers: readonly string[],
): Contradiction[] => {
  const found: Contradiction[] = []
  if (!signers.includes(vkeyHash))
    found.push(contradiction('key', 'checkpoint', 'the key that the link names did not sign it'))
  if (size !== frozen.size || root !== base64url.encode(frozen.root))
    found.push(contradiction('history', 'checkpoint', 'the link names another tree'))
  return found
}

const unreadable = (
  { entries }: Disclosure,
  contradictions: readonly Contradiction[],
  reader: Reader,
  pin: Pin | null,
  memory: SeenTree | null,
): DisclosureVerdict => ({
  ...unreadableVerdict(contradictions, reader),
  entries: entries.map(({ seq }) => ({ seq, state: 'contradicted', contradictions })),
  pin: pin === null ? 'none' : 'contradicts',
  history: memory === null ? 'first' : 'unknown',
  complete: false,
  newest: null,
})
