import { isControlType } from '@watchbill/contract/control-events'
import { Fault } from '@watchbill/contract/fault'
import { parseHeader } from '@watchbill/ledger'
import { forgetWrites } from '../audit-index/forget.ts'
import { type ActorRef, GuardFailed, type Write } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { readSealState } from '../seal/store.ts'
import {
  type Candidate,
  eraseWrites,
  type PayloadRow,
  readCandidates,
  readNeighbours,
  rewriteWrites,
} from './store.ts'

export type EraseDeps = Pick<Deps, 'dbFor' | 'record' | 'now' | 'sealing' | 'scour'>

export interface Erasure {
  readonly workspace: string
  readonly actor: ActorRef
  readonly seqs: readonly number[]
  readonly reason: string
}

export interface Erased {
  readonly erased: number[]
  readonly without: number[]
  readonly seq: number | null
}

const attempts = 5

/**
 * Erases payloads for good (SECURITY "Erasure"): the second place hears of it first, so that one cut short is finished at
 * the next start. Throws Fault `not_found`, `conflict`, `unavailable`.
 */
export const erase = async (deps: EraseDeps, asked: Erasure): Promise<Erased> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      return await eraseOnce(deps, asked)
    } catch (error) {
      if (!(error instanceof GuardFailed)) throw error
    }
  }
  throw new Fault('unavailable', 'Others keep changing the same entries; nothing was erased.', {
    mend: 'Ask again.',
    retryAfterSeconds: 1,
  })
}

const eraseOnce = async (deps: EraseDeps, asked: Erasure): Promise<Erased> => {
  const { workspace } = asked
  const seqs = [...new Set(asked.seqs)].sort((left, right) => left - right)
  const candidates = await readCandidates(deps.dbFor(workspace), workspace, seqs)
  requireErasable(seqs, candidates)
  const held = candidates.filter(({ hasPayload }) => hasPayload)
  const without = candidates.filter(({ hasPayload }) => !hasPayload).map(({ seq }) => seq)
  if (held.length === 0) return { erased: [], without, seq: null }
  await remember(deps, workspace, held)
  const erased = held.map(({ seq }) => seq)
  return { erased, without, seq: await wipe(deps, asked, erased) }
}

const requireErasable = (seqs: readonly number[], candidates: readonly Candidate[]): void => {
  const known = new Map(candidates.map((one) => [one.seq, one]))
  const absent = seqs.find((seq) => !known.has(seq))
  if (absent !== undefined) throw new Fault('not_found', `There is no entry ${absent} in this log.`)
  const needed = candidates.find(({ header }) => isEvidence(header))
  if (!needed) return
  throw new Fault(
    'conflict',
    `Entry ${needed.seq} says what the log itself was signed with, or what was done to it.`,
    {
      mend: 'Leave it out: without it nobody could verify the log any more.',
    },
  )
}

/** Entries that verifiers follow: keys, epochs and erasures. They hold no words of an agent. */
const isEvidence = (header: Uint8Array): boolean => {
  const type = typeOf(header)
  return isControlType(type) && /^(key\.(added|retired)|log\.|payload\.erased$|producer\.seal)/.test(type)
}

const typeOf = (header: Uint8Array): string => {
  try {
    return parseHeader(header).type
  } catch {
    return ''
  }
}

const remember = async (
  { sealing, dbFor }: EraseDeps,
  workspace: string,
  held: readonly Candidate[],
): Promise<void> => {
  if (!sealing) return
  const state = await readSealState(dbFor(workspace), workspace)
  if (state === null) return
  try {
    await sealing.place.addErased(state.name, held)
  } catch (cause) {
    throw new Fault('unavailable', 'The second place cannot be reached, so an erasure could come undone.', {
      mend: 'Ask again once /readyz says that sealing works.',
      retryAfterSeconds: 5,
      cause,
    })
  }
}

/** Rows on either side whose pages are written anew with it; a page holds at most about fifty. */
const neighbours = 32

/**
 * SQLite wipes what it deletes (`secure_delete`), but a row that once moved to another page leaves its bytes on the old
 * one, between its neighbours. So these move too: pages that become empty are wiped whole. Returns the entry's place.
 */
const wipe = async (
  deps: EraseDeps,
  { workspace, actor, reason }: Erasure,
  seqs: readonly number[],
): Promise<number> => {
  const rows = deps.scour ? await readAround(deps, workspace, seqs) : []
  const event = { type: 'payload.erased', workspace, actor, data: { seqs, reason } } as const
  const writes: Write[] = [
    ...(await forgetWrites(deps.dbFor(workspace), workspace, seqs)),
    ...eraseWrites(workspace, seqs, deps.now()),
    ...rewriteWrites(rows),
  ]
  const { firstSeq } = await deps.record(event, ...writes)
  await scourFiles(deps)
  return firstSeq
}

const scourFiles = async ({ scour }: EraseDeps): Promise<void> => {
  try {
    await scour?.()
  } catch (cause) {
    throw new Fault('unavailable', 'The payloads are gone from the log, but not from every file yet.', {
      mend: 'Close other programs that read the database; restarting Watchbill empties its write-ahead log.',
      cause,
    })
  }
}

const readAround = async (
  { dbFor }: EraseDeps,
  workspace: string,
  seqs: readonly number[],
): Promise<PayloadRow[]> => {
  const going = new Set(seqs.map((seq) => keyOf({ workspace, seq })))
  const found = new Map<string, PayloadRow>()
  for (const seq of seqs) {
    for (const row of await readNeighbours(dbFor(workspace), workspace, seq, neighbours)) {
      if (!going.has(keyOf(row))) found.set(keyOf(row), row)
    }
  }
  return [...found.values()]
}

const keyOf = ({ workspace, seq }: Pick<PayloadRow, 'workspace' | 'seq'>) => `${workspace} ${seq}`
