import type { Client } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import type { CheckpointJudgement, KeyEntry } from './judge-checkpoint.ts'
import type { LogMemory } from './log-memory.ts'
import type { Verdicts } from './verdicts.ts'

export type Log = Awaited<ReturnType<Client['getLog']>>
export type ProofClient = Pick<Client, 'getLog' | 'getConsistency' | 'getRangeProof' | 'getEntry'>

/** Asks the server for what a checkpoint has to be judged by, and the verifier for the judgement. */
export async function proveCheckpoint(
  client: ProofClient,
  verifier: Pick<Verdicts, 'checkpoint'>,
  log: Log,
  memory: LogMemory | null,
): Promise<CheckpointJudgement | null> {
  const { checkpoint } = log
  if (checkpoint === null) return null
  return verifier.checkpoint({
    workspace: log.workspace,
    note: checkpoint.note,
    listed: log.keys.map(({ vkey }) => vkey),
    memory: memory && {
      origin: memory.origin,
      keys: memory.keys,
      size: memory.size,
      root: memory.root,
      note: memory.note,
    },
    consistency: memory === null ? null : await consistency(client, memory.size, checkpoint.size),
    keyEntries: memory === null ? [] : await introductions(client, log, memory, checkpoint.size),
    epochs: log.epochs,
    witnesses: log.witnesses.map(({ vkey }) => vkey),
  })
}

async function consistency(client: ProofClient, one: number, other: number): Promise<string[] | null> {
  if (one === other) return []
  const query = { from: String(Math.min(one, other)), to: String(Math.max(one, other)) }
  return orRefused(async () => (await client.getConsistency({ query })).hashes)
}

/** The entries that introduce keys this browser does not know, proven in the tree it does. */
async function introductions(
  client: ProofClient,
  log: Log,
  memory: LogMemory,
  newSize: number,
): Promise<KeyEntry[]> {
  const strange = log.keys.filter(({ vkey }) => !memory.keys.includes(vkey))
  const found = strange.flatMap(({ vkey, addedSeq: seq }) => (seq === null ? [] : [{ vkey, seq }]))
  const sizes = [...new Set([memory.size, newSize])]
  const entries = found
    .slice(0, 8)
    .flatMap(({ vkey, seq }) =>
      sizes.filter((size) => seq < size).map((size) => introduction(client, vkey, seq, size)),
    )
  return (await Promise.all(entries)).filter((entry) => entry !== null)
}

async function introduction(
  client: ProofClient,
  vkey: string,
  seq: number,
  size: number,
): Promise<KeyEntry | null> {
  return orRefused(async () => {
    const { entry } = await client.getEntry({ params: { seq: String(seq) }, query: {} })
    const query = { from: String(seq), to: String(seq + 1), size: String(size) }
    const { hashes } = await client.getRangeProof({ query })
    return { vkey, seq, header: entry.header, members: entry.members, size, hashes }
  })
}

const refusals: ReadonlySet<string> = new Set(['invalid_request', 'not_found', 'conflict', 'gone'])

/** Null where the server says that it has no such thing: evidence, unlike an outage, which is thrown. */
async function orRefused<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask()
  } catch (error) {
    if (error instanceof Fault && refusals.has(error.code)) return null
    throw error
  }
}
