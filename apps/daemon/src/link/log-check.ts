import type { audit } from '@watchbill/contract/audit'
import type { Reply } from '@watchbill/contract/endpoint'
import { base64url, evidence, merkle, notes } from '@watchbill/ledger'
import { LogAlarm } from './log-alarm.ts'
import type { Memory, Remembered } from './log-memory.ts'

/** What the control plane says of its log. */
export type LogFacts = Reply<typeof audit.getLog>

/** A checkpoint whose signature holds, and the keys that may sign from now on. */
export interface SignedTree {
  readonly tree: Remembered
  readonly rootBytes: Uint8Array
  readonly keys: readonly string[]
}

/**
 * Reads the newest checkpoint and checks who signed it. TRUST BOUNDARY: nothing the control plane says beside the note
 * counts. On first use a key is believed that signs this very note; later only keys that are remembered, or proven
 * under one that is. Throws LogAlarm; null while there is no checkpoint.
 */
export const readTree = async (log: LogFacts, known: Memory): Promise<SignedTree | null> => {
  if (log.checkpoint === null) return null
  const { note: text } = log.checkpoint
  const note = notes.parseNote(text)
  const checkpoint = note === null ? null : notes.parseCheckpoint(note.text)
  if (checkpoint === null)
    throw new LogAlarm('unreadable', 'the newest checkpoint of the log is not one', { note: text })
  const { origin, size, root } = checkpoint
  const candidates = await candidatesFor(origin, log, known)
  const { verified } = await notes.verifyNote(text, candidates)
  if (verified.length === 0) throw refusal(text, origin, known, candidates.length > 0)
  const keys = await keysFrom(verified, log)
  const tree = { epoch: epochOf(origin, log, known), origin, size, root: base64url.encode(root), note: text }
  return { tree, rootBytes: root, keys }
}

/** Keys that may sign. After a restore those of the epoch before sign too, so that whoever knows them can follow. */
const candidatesFor = async (origin: string, log: LogFacts, known: Memory): Promise<notes.VerifierKey[]> => {
  const trusted = known.keys.flatMap((text) => notes.parseVerifierKey(text) ?? [])
  // While this machine was away, a key it knows may have introduced the next one and gone.
  if (trusted.length > 0) {
    const texts = await keysFrom(trusted, log)
    return texts.flatMap((text) => notes.parseVerifierKey(text) ?? [])
  }
  const named = log.keys.flatMap(({ vkey }) => notes.parseVerifierKey(vkey) ?? [])
  return named.filter((key) => key.name === origin && key.algorithm === 'ed25519')
}

/** These, and those whose `key.added` entry they prove. One that stopped signing is not trusted any more: start from signers. */
const keysFrom = async (trusted: readonly notes.VerifierKey[], log: LogFacts): Promise<string[]> => {
  const path = log.keys.flatMap(({ proof }) => proof ?? [])
  const { keys } = await evidence.acceptKeys(trusted, path)
  return keys.map(({ text }) => text)
}

/** By its origin: the control plane's own count is ahead of its checkpoint until a new epoch is sealed. */
const epochOf = (origin: string, log: LogFacts, { checkpoint }: Memory): number => {
  if (checkpoint?.origin === origin) return checkpoint.epoch
  return log.epochs.find((row) => row.origin === origin)?.epoch ?? (origin === log.origin ? log.epoch : 0)
}

const refusal = (note: string, origin: string, known: Memory, keyed: boolean): LogAlarm => {
  const [mine] = known.keys
  if (mine === undefined)
    return new LogAlarm(
      'signature',
      keyed
        ? 'no key that the control plane names signs the checkpoint of its log'
        : 'the control plane names no key for its log',
      { note },
    )
  const print = notes.fingerprintOf(mine)
  const what = `the checkpoint of the log (${origin}) is not signed by the key this machine knows (${print})`
  return new LogAlarm('key', what, { note, known: known.keys })
}

/** Whether two trees of one origin can be one log; what a proof still has to show. Throws LogAlarm. */
export const compareTrees = (before: Remembered, now: Remembered): 'same' | 'grown' => {
  const evidence = { before: before.note, now: now.note }
  if (now.size < before.size)
    throw new LogAlarm('shrunk', `the log had ${before.size} entries and shows ${now.size} now`, evidence)
  if (now.size > before.size) return 'grown'
  if (now.root === before.root) return 'same'
  throw new LogAlarm('history', `there are two histories of the log's ${now.size} entries`, evidence)
}

/** Throws LogAlarm unless `before` is the beginning of `now`. `hashes` are standard base64, as C2SP writes them. */
export const requireGrown = (before: Remembered, now: Remembered, hashes: readonly string[]): void => {
  const [first, second] = [base64url.decode(before.root), base64url.decode(now.root)]
  const proof = hashesOf(hashes)
  if (
    first !== null &&
    second !== null &&
    merkle.checkConsistency(before.size, now.size, proof, first, second)
  )
    return
  throw new LogAlarm(
    'history',
    `the log of ${now.size} entries does not begin with the ${before.size} this machine remembers`,
    { before: before.note, now: now.note, proof: hashes },
  )
}

/** What remained of the remembered tree, and from where on entries are lost. */
export interface Restored {
  readonly epoch: number
  readonly from: number
  readonly to: number
}

/**
 * Follows the epochs from the remembered tree to the present one: each must own up to at least what was signed before.
 * Null when all of the remembered tree is said to remain. Throws LogAlarm.
 */
export const followEpochs = (before: Remembered, now: Remembered, log: LogFacts): Restored | null => {
  const evidence = { before: before.note, now: now.note, epochs: log.epochs }
  const rows = log.epochs.filter(({ epoch }) => epoch > before.epoch && epoch <= now.epoch)
  let kept = before.size
  let origin = before.origin
  for (const [index, row] of rows.sort((left, right) => left.epoch - right.epoch).entries()) {
    // Of what remained nothing has to be owned up to: a second place that came back older knows less than was signed.
    const said = Math.max(row.size, row.oldSize ?? 0)
    const owned = row.oldOrigin === origin && said >= kept && row.size <= now.size
    if (!owned)
      throw new LogAlarm(
        'origin',
        `the log goes on as ${row.origin} without saying what became of ${origin}`,
        evidence,
      )
    if (index === 0 && row.oldSize === before.size && !sameRoot(row.oldRoot, before.root))
      throw new LogAlarm(
        'history',
        'the log that was restored is not the one this machine remembers',
        evidence,
      )
    kept = Math.min(kept, row.size)
    origin = row.origin
  }
  if (origin !== now.origin)
    throw new LogAlarm(
      'origin',
      `another log stands in the place of ${before.origin}: ${now.origin}`,
      evidence,
    )
  return kept === before.size ? null : { epoch: now.epoch, from: kept, to: before.size }
}

const sameRoot = (standard: string | null, url: string): boolean =>
  standard !== null && base64url.encode(new Uint8Array(Buffer.from(standard, 'base64'))) === url

export const hashesOf = (hashes: readonly string[]): Uint8Array[] =>
  hashes.map((hash) => new Uint8Array(Buffer.from(hash, 'base64')))
