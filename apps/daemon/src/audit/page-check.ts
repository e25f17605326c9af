import type { AuditEntry, audit, SignedCheckpoint } from '@watchbill/contract/audit'
import type { Client } from '@watchbill/contract/client'
import type { Reply } from '@watchbill/contract/endpoint'
import { commitment, evidence, merkle, notes } from '@watchbill/ledger'
import { hashesOf } from '../link/log-check.ts'
import { type Contradiction, createContradictions } from '../verify/contradictions.ts'
import type { Memory, Seen } from '../verify/memory.ts'
import { checkSignatures, type Signatures } from '../verify/signature.ts'
import { gatherKeys, type TrustedKeys } from '../verify/trusted-keys.ts'
import { tryHeader } from './entry-line.ts'

/** What became of the pages of one answer, in parts (SECURITY "A verdict has parts"). */
export interface PageVerdict {
  /** Entries that were shown, and those of them that no checkpoint covers yet. */
  readonly entries: number
  readonly pending: number
  readonly origin: string | null
  /** Of the newest checkpoint that was checked; null without one. */
  readonly size: number | null
  readonly signed: Signatures['signed']
  /** What this user had seen of the log before. */
  readonly seenBefore: { readonly size: number; readonly extends: boolean } | null
  readonly contradictions: readonly Contradiction[]
}

type Log = Reply<typeof audit.getLog>

interface Tree {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
}

/**
 * Checks pages of entries as they come, each against the signed checkpoint it came with: every entry stands in the log, and
 * shows what its header commits to. TRUST BOUNDARY: of what the control plane says nothing counts beside signed notes.
 */
export const createPageCheck = (client: Client, memory: Memory) => {
  const found = createContradictions()
  let [entries, pending] = [0, 0]
  let log: Log | null = null
  let reader: { readonly keys: TrustedKeys; readonly seen: Seen | null } | null = null
  let newest: (Tree & Signatures) | null = null
  let seenBefore: PageVerdict['seenBefore'] = null

  const requireTree = async ({ note }: SignedCheckpoint): Promise<Tree | null> => {
    const text = notes.parseNote(note)?.text
    const tree = text === undefined ? null : notes.parseCheckpoint(text)
    if (tree === null) {
      found.add('checkpoint', 'unreadable', 'this is not a signed checkpoint')
      return null
    }
    log ??= await client.getLog()
    reader ??= await readReader(tree.origin, log, memory)
    if (newest !== null && newest.origin !== tree.origin)
      found.add('checkpoint', 'origin', 'one page comes from another log than the page before')
    const signatures = await checkSignatures(note, reader.keys, null, found)
    const { seen } = reader
    if (newest === null && seen !== null) {
      const holds = await extend(client, seen, tree)
      seenBefore = { size: seen.size, extends: holds }
      if (!holds) found.add('checkpoint', 'history', 'it is not the log you have seen before')
    } else if (newest !== null && !(await extend(client, newest, tree)))
      found.add('checkpoint', 'history', 'the log of one page does not extend the log of the page before')
    newest = { ...tree, ...signatures }
    return tree
  }

  return {
    async page(shown: readonly AuditEntry[], checkpoint: SignedCheckpoint | null): Promise<void> {
      const tree = checkpoint === null ? null : await requireTree(checkpoint)
      const proven = shown.filter(({ seq }) => seq < (tree?.size ?? 0))
      entries += shown.length
      pending += shown.length - proven.length
      for (const entry of shown)
        for (const one of judgeEntry(entry)) found.add(one.place, one.kind, one.detail)
      if (tree !== null && proven.length > 0)
        for (const one of await judgePlaces(client, proven, tree)) found.add(one.place, one.kind, one.detail)
    },
    /** Remembers the newest checkpoint when everything held: the next time the log must extend it. */
    async end(): Promise<PageVerdict> {
      const verdict: PageVerdict = {
        ...{ entries, pending, seenBefore, contradictions: found.list },
        origin: newest?.origin ?? null,
        size: newest?.size ?? null,
        signed: newest?.signed ?? { by: null, pinned: 'not asked' },
      }
      if (holds(verdict) && newest?.vkey) await memory.write({ ...newest, vkey: newest.vkey })
      return verdict
    },
  }
}

/** Nothing speaks against it, and what could be proven was signed by a key that is the log's as far as this user knows. */
export const holds = ({ entries, contradictions, signed }: PageVerdict): boolean =>
  contradictions.length === 0 && (entries === 0 || (signed.by !== null && signed.pinned !== 'no'))

/** On first use a key is believed that signs this log; later the one remembered, and those that it leads to. */
const readReader = async (origin: string, log: Log, memory: Memory) => {
  const seen = await memory.read(origin)
  const offered = log.keys.map(({ vkey }) => vkey).join('\n')
  const keys = gatherKeys({ origin, pin: null, policy: null, remembered: seen?.vkey ?? null, offered })
  if (keys.pinned === null) return { keys, seen }
  const own = keys.candidates.filter(({ text }) => keys.pinned?.has(text))
  const led = await evidence.acceptKeys(
    own,
    log.keys.flatMap(({ proof }) => proof ?? []),
  )
  const pinned = new Set([...keys.pinned, ...led.keys.map(({ text }) => text)])
  return { keys: { candidates: keys.candidates, pinned }, seen }
}

/** Whether the later tree begins with the earlier one; one that shrank does not. */
const extend = async (client: Client, before: Tree, now: Tree): Promise<boolean> => {
  if (now.size < before.size) return false
  if (now.size === before.size) return merkle.sameHash(before.root, now.root)
  const query = { from: String(before.size), to: String(now.size) }
  const { hashes } = await client.getConsistency({ query })
  return merkle.checkConsistency(before.size, now.size, hashesOf(hashes), before.root, now.root)
}

const judgeEntry = ({ seq, header: text, members, payload, erasedBy }: AuditEntry): Contradiction[] => {
  const place = `entry ${seq}`
  const header = tryHeader(text)
  if (header === null) return [{ place, kind: 'unreadable', detail: 'its bytes are not a header' }]
  const found: Contradiction[] = []
  if (members !== null && !commitment.checkDisclosure(header, members))
    found.push({ place, kind: 'commitment', detail: 'its header commits to another payload' })
  if ((payload === 'shown') !== (members !== null) || (payload === 'erased') !== (erasedBy !== null))
    found.push({
      place,
      kind: 'commitment',
      detail: 'what is said of its payload does not agree with itself',
    })
  return found
}

/** The whole page at once; when that fails, the leaves that the log names say which entry is not its own. */
const judgePlaces = async (
  client: Client,
  shown: readonly AuditEntry[],
  { size, root }: Tree,
): Promise<Contradiction[]> => {
  const rows = [...shown].sort((left, right) => left.seq - right.seq)
  const seqs = rows.map(({ seq }) => seq)
  const query = { seqs: seqs.join(','), size: String(size) }
  const proof = await client.getProofs({ query })
  const leaves = rows.map(({ header }) => merkle.leafHash(new TextEncoder().encode(header)))
  if (merkle.checkSelection(seqs, leaves, size, hashesOf(proof.hashes), root)) return []
  const named = hashesOf(proof.leaves)
  const other = rows.filter((_, at) => !merkle.sameHash(leaves[at] ?? root, named[at] ?? new Uint8Array()))
  const detail = 'the checkpoint does not contain it here'
  if (other.length === 0)
    return [
      { place: 'entries', kind: 'inclusion', detail: 'the checkpoint does not contain these entries here' },
    ]
  return other.map(({ seq }) => ({ place: `entry ${seq}`, kind: 'inclusion', detail }))
}
