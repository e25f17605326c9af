import type { Contradiction } from './contradiction.ts'
import { addContradictions, type LogMemory, type RememberedContradiction } from './log-memory.ts'
import { type Log, type ProofClient, proveCheckpoint } from './prove-checkpoint.ts'
import type { Verdicts } from './verdicts.ts'

export interface LogCheck {
  readonly log: Log
  /** To be kept; null while there is neither a checkpoint nor a memory. */
  readonly memory: LogMemory | null
  readonly witnessed: readonly string[] | null
}

export interface LogCheckDoors {
  readonly client: ProofClient
  readonly verifier: Pick<Verdicts, 'checkpoint'>
  readonly recall: (workspace: string) => LogMemory | null
}

/**
 * Asks for the log and holds it against what this browser remembers. What was remembered before the question was asked
 * must be in the answer, so a log that comes back shorter is asked once more before it is called shorter. The very note
 * that was proven before is proven; `again` judges it all the same.
 */
export async function checkLog(doors: LogCheckDoors, again = false): Promise<LogCheck> {
  let log = await doors.client.getLog()
  const memory = doors.recall(log.workspace)
  if (memory !== null && shrunk(log, memory)) log = await doors.client.getLog()
  const at = log.now
  if (memory !== null && shrunk(log, memory)) {
    const sized = log.checkpoint?.size ?? 0
    const lost = `this browser saw ${memory.size} entries proven on ${memory.provenAt}; the log now proves ${sized}`
    const shorter = { place: `checkpoint ${sized}`, kind: 'shrunk', detail: lost } as const
    return { log, memory: contradict(memory, [shorter], at), witnessed: null }
  }
  const known = log.checkpoint === null || (log.checkpoint.note === memory?.note && !again)
  if (known || (memory !== null && isBeginning(log, memory))) return { log, memory, witnessed: null }
  const judgement = await proveCheckpoint(doors.client, doors.verifier, log, memory)
  if (judgement === null) return { log, memory, witnessed: null }
  if (judgement.kind === 'contradicted') {
    const held = memory ?? nothingProven(log, at)
    return { log, memory: contradict(held, judgement.contradictions, at), witnessed: null }
  }
  return { log, memory: remember(memory, judgement, at), witnessed: judgement.witnessed }
}

/** A new epoch is announced, and not sealed yet: the newest checkpoint is still the one the backup had. */
const isBeginning = (log: Log, memory: LogMemory): boolean =>
  log.epochs.some(({ origin, oldOrigin }) => origin === log.origin && oldOrigin === memory.origin) &&
  (log.checkpoint?.size ?? 0) < memory.size &&
  log.checkpoint?.note.startsWith(`${memory.origin}\n`) === true

/** Only within one epoch: a restore announces what it lost. */
const shrunk = (log: Log, memory: LogMemory): boolean =>
  (log.checkpoint?.size ?? 0) < memory.size && (log.origin === null || log.origin === memory.origin)

type Proven = Extract<Awaited<ReturnType<Verdicts['checkpoint']>>, { kind: 'proven' }>

const remember = (memory: LogMemory | null, { checkpoint, keys, lost }: Proven, at: string): LogMemory => ({
  v: 1,
  ...checkpoint,
  keys,
  pinnedAt: memory?.pinnedAt ?? at,
  provenAt: at,
  lost: [...(memory?.lost ?? []), ...(lost === null ? [] : [{ ...lost, at }])],
  contradictions: (memory?.contradictions ?? []).map((one) =>
    lost !== null && isExplained(one, lost.from) ? { ...one, explained: { ...lost, at } } : one,
  ),
})

/** That the log came back shorter is what a restore owns up to, as far as it says that entries remained. Nothing else is. */
const isExplained = ({ kind, place, explained }: RememberedContradiction, kept: number): boolean =>
  kind === 'shrunk' && explained === undefined && Number(place.slice('checkpoint '.length)) >= kept

/** The memory with what was met; the checkpoint it holds the log to stays the last one that was proven. */
export function contradict(memory: LogMemory, met: readonly Contradiction[], at: string): LogMemory {
  const news: RememberedContradiction[] = met.map((one) => ({ ...one, at }))
  return { ...memory, contradictions: addContradictions(news, memory.contradictions) }
}

/** A first visit that was contradicted pins nothing. */
const nothingProven = (log: Log, at: string): LogMemory => ({
  v: 1,
  origin: log.origin ?? '',
  keys: [],
  pinnedAt: at,
  size: 0,
  root: '',
  note: '',
  provenAt: at,
  lost: [],
  contradictions: [],
})
