import { commitment, type DisclosedMember, merkle, notes, parseHeader } from '@watchbill/ledger'
import { fromBase64, toBase64 } from './base64.ts'
import type { Contradiction, ContradictionKind } from './contradiction.ts'
import type { LogMemory } from './log-memory.ts'

/** A `key.added` entry that a new key may be accepted by, and what proves it in the tree of `size`. */
export interface KeyEntry {
  readonly vkey: string
  readonly seq: number
  readonly header: string
  readonly members: readonly DisclosedMember[] | null
  readonly size: number
  readonly hashes: readonly string[]
}

/** An epoch as the log announces it; `size` entries of the epoch before were kept. */
export interface AnnouncedEpoch {
  readonly origin: string
  readonly size: number
  readonly oldOrigin: string | null
  /** Entries that it says had been signed. */
  readonly oldSize: number | null
  /** Standard base64. */
  readonly oldRoot: string | null
}

/** All a checkpoint is judged by: nothing in it is believed that does not follow. Hashes are standard base64. */
export interface CheckpointEvidence {
  readonly workspace: string
  readonly note: string
  /** Keys the server names; trusted only by a browser that remembers nothing. */
  readonly listed: readonly string[]
  readonly memory: Pick<LogMemory, 'origin' | 'keys' | 'size' | 'root' | 'note'> | null
  /** From the smaller tree to the larger; null where the server has no such proof. */
  readonly consistency: readonly string[] | null
  readonly keyEntries: readonly KeyEntry[]
  readonly epochs: readonly AnnouncedEpoch[]
  /** Keys of witnesses as the server names them. */
  readonly witnesses: readonly string[]
}

export interface ProvenCheckpoint {
  readonly origin: string
  readonly size: number
  readonly root: string
  readonly note: string
}

export type CheckpointJudgement =
  | {
      readonly kind: 'proven'
      readonly checkpoint: ProvenCheckpoint
      /** Trusted from now on. */
      readonly keys: readonly string[]
      /** Names of witnesses that signed too. */
      readonly witnessed: readonly string[]
      /** Entries that a restore lost, of those this browser knew. */
      readonly lost: { readonly from: number; readonly to: number } | null
    }
  | { readonly kind: 'contradicted'; readonly contradictions: readonly Contradiction[] }

/** Whether a checkpoint is signed by a key this browser was led to, and goes on from the one it remembers. */
export async function judgeCheckpoint(evidence: CheckpointEvidence): Promise<CheckpointJudgement> {
  const note = notes.parseNote(evidence.note)
  const checkpoint = note === null ? null : notes.parseCheckpoint(note.text)
  if (note === null || checkpoint === null)
    return contradicted('unreadable', 'newest checkpoint', 'it is not a signed checkpoint')
  const { origin, size } = checkpoint
  const place = `checkpoint ${size}`
  const root = toBase64(checkpoint.root)
  const proven: ProvenCheckpoint = { origin, size, root, note: evidence.note }
  const { memory } = evidence
  const restore = memory === null ? null : restoreOf(memory, origin, evidence.epochs)
  if (restore === 'unannounced')
    return contradicted(
      'origin',
      place,
      `this browser knew ${memory?.origin}; the server now shows ${origin}`,
    )
  const keys = trustedKeys(evidence, origin)
  const signers = await signersOf(evidence.note, keys)
  if (signers.length === 0) {
    const known = (await signersOf(evidence.note, evidence.listed)).length > 0
    return known && memory !== null
      ? contradicted('key', place, 'no entry proven under a key this browser trusts introduces it')
      : contradicted('signature', place, 'no trusted key signed these bytes')
  }
  const lost = restore !== null && memory !== null && memory.size > restore.kept ? restore.kept : null
  if (memory !== null && lost === null && !isContinued(memory, proven, evidence.consistency))
    return contradicted('history', place, historyDetail(memory, proven, evidence.consistency))
  return {
    kind: 'proven',
    checkpoint: proven,
    keys: withIntroduced(keys, evidence.keyEntries, proven),
    witnessed: await signersOf(evidence.note, evidence.witnesses),
    lost: lost === null || memory === null ? null : { from: lost, to: memory.size },
  }
}

const contradicted = (kind: ContradictionKind, place: string, detail: string): CheckpointJudgement => ({
  kind: 'contradicted',
  contradictions: [{ kind, place, detail }],
})

type Memory = NonNullable<CheckpointEvidence['memory']>

/** How much of the remembered log an announced restore kept; null without one. */
function restoreOf(
  memory: Memory,
  origin: string,
  epochs: readonly AnnouncedEpoch[],
): { readonly kept: number } | null | 'unannounced' {
  let kept = memory.size
  for (let at = origin, steps = 0; at !== memory.origin; steps += 1) {
    const epoch = epochs.find((one) => one.origin === at)
    if (epoch === undefined || epoch.oldOrigin === null || steps > epochs.length) return 'unannounced'
    if (epoch.oldOrigin === memory.origin && !ownsUp(epoch, memory)) return 'unannounced'
    kept = Math.min(kept, epoch.size)
    at = epoch.oldOrigin
  }
  return origin === memory.origin ? null : { kept }
}

/** What is lost must be owned up to: at least as far as this browser saw, and as the tree that it saw. */
const ownsUp = ({ size, oldSize, oldRoot }: AnnouncedEpoch, memory: Memory): boolean =>
  size >= memory.size || (oldSize ?? 0) > memory.size || (oldSize === memory.size && oldRoot === memory.root)

/** Trust on first use; then the keys remembered, and those an entry of the remembered tree introduces. */
function trustedKeys(evidence: CheckpointEvidence, origin: string): readonly string[] {
  const { memory } = evidence
  const named = (vkey: string) => vkey.startsWith(`${origin}+`)
  const listed = evidence.listed.filter(named)
  if (memory === null) return listed
  const known = withIntroduced(memory.keys, evidence.keyEntries, memory)
  const publicKeys = new Set(known.map(publicOf))
  // After a restore the log has a new name: a known key signs it still under the old one, or is listed under the new.
  const renamed = listed.filter((vkey) => publicKeys.has(publicOf(vkey)) && publicOf(vkey) !== null)
  return [...new Set([...known, ...renamed])]
}

/** Algorithm and public key; null for what is no verifier key. */
const publicOf = (vkey: string): string | null => {
  const key = notes.parseVerifierKey(vkey)
  return key === null ? null : `${key.algorithm} ${toBase64(key.publicKey)}`
}

/** SECURITY "Log, sealer, keys": a new key only along a `key.added` entry that a trusted root contains. */
function withIntroduced(
  keys: readonly string[],
  entries: readonly KeyEntry[],
  { size, root }: Pick<ProvenCheckpoint, 'size' | 'root'>,
): readonly string[] {
  const introduced = entries.filter((entry) => entry.size === size && introduces(entry, root))
  return [...new Set([...keys, ...introduced.map(({ vkey }) => vkey)])]
}

function introduces({ vkey, seq, header: text, members, size, hashes }: KeyEntry, root: string): boolean {
  try {
    const bytes = new TextEncoder().encode(text)
    const header = parseHeader(bytes)
    const says = members?.some(
      (member) => 'name' in member && member.name === 'vkey' && member.value === vkey,
    )
    const proof = hashes.map(fromBase64)
    return (
      header.type === 'key.added' &&
      says === true &&
      commitment.checkDisclosure(header, members ?? []) &&
      merkle.checkRange([merkle.leafHash(bytes)], seq, size, proof, fromBase64(root))
    )
  } catch {
    return false
  }
}

async function signersOf(note: string, vkeys: readonly string[]): Promise<string[]> {
  const keys = vkeys.flatMap((vkey) => notes.parseVerifierKey(vkey) ?? [])
  if (keys.length === 0) return []
  const { verified } = await notes.verifyNote(note, keys)
  return verified.map(({ name }) => name)
}

/** Either may be the larger one: a reply under way may be older than what another tab learnt meanwhile. */
function isContinued(memory: Memory, now: ProvenCheckpoint, proof: readonly string[] | null): boolean {
  if (now.size === memory.size) return now.root === memory.root
  const [older, newer] = now.size < memory.size ? [now, memory] : [memory, now]
  if (proof === null) return false
  const hashes = proof.map(fromBase64)
  return merkle.checkConsistency(
    older.size,
    newer.size,
    hashes,
    fromBase64(older.root),
    fromBase64(newer.root),
  )
}

function historyDetail(memory: Memory, now: ProvenCheckpoint, proof: readonly string[] | null): string {
  if (now.size === memory.size) return `two roots for ${now.size} entries`
  return proof === null
    ? `the server has no proof that its first ${memory.size} entries are those this browser saw`
    : `its first ${memory.size} entries are not those this browser saw`
}

/** SHA-256 of the verifier key, as people compare it. */
export const fingerprintOf = (vkey: string): string => notes.fingerprintOf(vkey)
