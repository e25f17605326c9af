import { decodeHash } from '../base64.ts'
import { base64url } from '../base64url.ts'
import { checkConsistency, sameHash } from '../merkle/verify.ts'
import type { Checkpoint } from '../notes/checkpoint.ts'
import type { Disclosure } from './disclosure.ts'
import { judgeNote } from './judge-note.ts'
import type { Pin } from './pin.ts'
import { type Contradiction, contradiction, type Reader, type Verdict } from './verdict.ts'

/** A tree that a reader has seen, as it is remembered. */
export type SeenTree = Pick<Pin, 'size' | 'root'>

export interface JudgedNewest {
  /** Null when it is not proven to extend the frozen one. */
  readonly tree: Checkpoint | null
  /** A key signed it that is pinned no less than the one that signed the frozen tree. */
  readonly signed: boolean
  readonly contradictions: readonly Contradiction[]
}

/** Whether the log goes on from the tree a share was frozen at to the newest one it speaks of. */
export const judgeNewest = async (
  { newest }: Disclosure,
  frozen: Checkpoint,
  signed: Verdict['signed'],
  reader: Reader,
): Promise<JudgedNewest> => {
  if (newest === null) return { tree: frozen, signed: signed.by !== null, contradictions: [] }
  const note = await judgeNote(newest.checkpoint, reader, 'newest checkpoint')
  const now = note.checkpoint
  const extended =
    now !== null &&
    now.origin === frozen.origin &&
    checkConsistency(frozen.size, now.size, decodeAll(newest.hashes), frozen.root, now.root)
  // Whoever signed for the frozen tree has to stand by the newest one as well; a key that came later may.
  const unsigned = signed.by !== null && note.signed.by === null
  const tree = extended && !unsigned && note.contradictions.length === 0 ? now : null
  const detail = unsigned
    ? 'the newest tree is not signed'
    : 'the newest tree is not proven to extend this one'
  return {
    tree,
    signed: note.signed.by !== null && (signed.pinned !== 'yes' || note.signed.pinned === 'yes'),
    contradictions: [
      ...note.contradictions,
      ...(tree === null ? [contradiction('history', 'checkpoint', detail)] : []),
    ],
  }
}

/** first: nothing was seen before. unknown: nothing here connects what was seen with this log. */
export type History = 'first' | 'extends' | 'unknown' | 'contradicts'

/** Whether the log goes on from what the reader has seen of it. `newest`: null when there is none to trust. */
export const judgeHistory = (
  { seen }: Disclosure,
  frozen: Checkpoint,
  newest: Checkpoint | null,
  memory: SeenTree | null,
): History => {
  const root = memory === null ? null : base64url.decode(memory.root)
  if (memory === null || root === null) return memory === null ? 'first' : 'unknown'
  const { size } = memory
  const alike = [newest, frozen].find((tree) => tree?.size === size)
  if (alike) return sameHash(alike.root, root) ? 'extends' : 'contradicts'
  if (newest === null) return 'unknown'
  if (size > newest.size) return 'contradicts'
  if (seen?.size !== size) return 'unknown'
  const grown = checkConsistency(size, newest.size, decodeAll(seen.hashes), root, newest.root)
  return grown ? 'extends' : 'contradicts'
}

/** Anything that does not decode is too short for a hash, and refused as such. */
const decodeAll = (hashes: readonly string[]): Uint8Array[] =>
  hashes.map((text) => decodeHash(text) ?? new Uint8Array())
