import { base64url, commitment, merkle, parseHeader } from '@watchbill/ledger'
import { afterEach, expect } from 'vitest'
import type { NumberedEntry } from '../ledger/chain.ts'
import type { Sealer } from '../ledger/machine-key.ts'
import { EntryLog } from '../spool/entries.ts'
import { testDraft } from './drafts.ts'
import { sinkMachineId } from './sink.ts'

/** Logs of this test. */
const opened: EntryLog[] = []
afterEach(async () => {
  for (const log of opened.splice(0)) await log.close().catch(() => undefined)
})

/** An entry log in the folder; closed when the test ends, if it is not by then. */
export const openEntryLog = async (
  folder: string,
  { machineId = sinkMachineId, sealer = null }: { machineId?: string; sealer?: Sealer | null } = {},
): Promise<EntryLog> => {
  const log = await EntryLog.open(folder, {
    machineId,
    ws: 'default',
    now: () => 1000,
    sealer,
    log: () => {},
    relieve: async () => {},
  })
  opened.push(log)
  return log
}

export const take = (log: EntryLog, from: number, count: number, pad = '') =>
  log.take({ told: null, drafts: Array.from({ length: count }, (_, index) => testDraft(from + index, pad)) })

/** Receipts for the batch: places in the log a hundred behind its numbers. */
export const arrive = (log: EntryLog, batch: readonly NumberedEntry[]) =>
  log.acknowledge([
    { pseq: batch[0]?.pseq ?? 0, seq: (batch[0]?.pseq ?? 0) + 100, count: batch.length, atMs: 500 },
  ])

/** Everything that waits, read in batches of `count`. */
export const drain = async (log: EntryLog, count = 500): Promise<NumberedEntry[]> => {
  const all: NumberedEntry[] = []
  for (let batch = await log.next(count, 1e9); batch.length > 0; batch = await log.next(count, 1e9)) {
    all.push(...batch)
    await arrive(log, batch)
    await log.prove((batch.at(-1)?.pseq ?? 0) + 1)
  }
  return all
}

/** Answers with the leaf of the last one. */
export const requireChain = (entries: readonly NumberedEntry[], first: number, prev: string): string => {
  let leaf = prev
  for (const [index, { header, payload, salt, pseq }] of entries.entries()) {
    const bytes = new TextEncoder().encode(header)
    const parsed = parseHeader(bytes)
    expect([pseq, parsed.pseq, parsed.prev]).toEqual([first + index, first + index, leaf])
    expect(commitment.checkPayload(parsed, payload, base64url.decode(salt) ?? new Uint8Array())).toBe(true)
    leaf = base64url.encode(merkle.leafHash(bytes))
  }
  return leaf
}

/** What the first entry of a chain follows. */
export const zero = base64url.encode(new Uint8Array(32))
