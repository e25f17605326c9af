import { merkle, notes } from '@watchbill/ledger'
import { type Contradictions, createContradictions } from './contradictions.ts'
import type { LogSource } from './log-source.ts'
import { walkLog } from './log-walk.ts'
import type { Memory, Seen } from './memory.ts'
import type { Policy } from './policy.ts'
import { holds, type Report } from './report.ts'
import { checkSignatures } from './signature.ts'
import { followKeys, gatherKeys } from './trusted-keys.ts'

export interface VerifyOptions {
  readonly pin: string | null
  readonly policy: Policy | null
  readonly memory: Memory
  readonly onProgress: (done: number, of: number) => void
}

/**
 * Checks a whole log: every entry read, the tree built anew, the signature, the witnesses, and that it extends what this user
 * has seen of it before. `live`: it claims to be the newest, so an older one than seen is a rollback. Throws only where the
 * source does not answer.
 */
export const verifyLog = async (
  source: LogSource,
  live: boolean,
  options: VerifyOptions,
): Promise<Report> => {
  const found = createContradictions()
  const note = await source.checkpoint()
  const said = note === null ? null : readCheckpoint(note)
  if (note === null || said === null) {
    found.add('checkpoint', note === null ? 'missing' : 'note', 'there is no checkpoint that can be read')
    return unreadable(source.where, found)
  }
  const seen = await options.memory.read(said.origin)
  const offered = await source.keys()
  const { pin, policy } = options
  const own = gatherKeys({ origin: said.origin, pin, policy, remembered: seen?.vkey ?? null, offered })
  const keys = await followKeys(own, await source.keyPath())
  const signatures = await checkSignatures(note, keys, policy, found)
  const rootsAt = seen === null ? [] : [seen.size]
  const walked = await walkLog(source, { size: said.size, rootsAt, onProgress: options.onProgress }, found)
  if (walked.size === said.size && !merkle.sameHash(walked.root, said.root))
    found.add('checkpoint', 'root', 'the entries have another root than the one that was signed')
  const seenBefore = seen === null ? null : compare(seen, said.size, walked.roots, live, found)
  const report: Report = {
    kind: 'log',
    where: source.where,
    origin: said.origin,
    size: said.size,
    consistent: found.list.length === 0 ? 'yes' : 'no',
    signed: signatures.signed,
    witnessed: signatures.witnessed,
    freshAs: said.size,
    seenBefore,
    contradictions: found.list,
    entry: null,
  }
  if (holds(report) && signatures.vkey !== null && said.size >= (seen?.size ?? 0))
    await options.memory.write({ ...said, vkey: signatures.vkey })
  return report
}

const readCheckpoint = (note: string) => {
  const parsed = notes.parseNote(note)
  return parsed === null ? null : notes.parseCheckpoint(parsed.text)
}

const compare = (
  seen: Seen,
  size: number,
  roots: ReadonlyMap<number, Uint8Array>,
  live: boolean,
  found: Contradictions,
): Report['seenBefore'] => {
  const root = roots.get(seen.size)
  if (root !== undefined) {
    const same = merkle.sameHash(root, seen.root)
    if (!same)
      found.add(
        'checkpoint',
        'history',
        `the first ${seen.size} entries are not the ones you have seen before`,
      )
    return { size: seen.size, extends: same ? 'yes' : 'no' }
  }
  if (live && size < seen.size) {
    found.add('checkpoint', 'rollback', `it ends at ${size}; you have seen ${seen.size} entries of it`)
    return { size: seen.size, extends: 'no' }
  }
  return { size: seen.size, extends: 'unknown' }
}

const unreadable = (where: string, found: Contradictions): Report => ({
  kind: 'log',
  where,
  origin: null,
  size: null,
  consistent: 'no',
  signed: { by: null, pinned: 'not asked' },
  witnessed: { count: 0, of: 0, names: [], enough: null },
  freshAs: null,
  seenBefore: null,
  contradictions: found.list,
  entry: null,
})
