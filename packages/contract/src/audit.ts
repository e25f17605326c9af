import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'
import type { Fault } from './fault.ts'
import { Instant, id, text } from './values.ts'

export const ProducerId = id('prd')

/** 32 bytes in base64url without padding; the last character carries four bits. */
const Bytes32 = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/, 'must be 32 bytes in base64url'))

/** One entry as its producer wrote it (SECURITY "Entry and commitment"). */
export const ProducedEntry = z.strictObject({
  /** The exact canonical JSON of the header: the bytes that are hashed. */
  header: text(65_535).check(z.minLength(2)),
  /** Null when it stays on its machine; then the commitment stands unopened. */
  payload: z.nullable(z.record(text(120), z.union([text(20_000), z.number(), z.boolean()]))),
  /** Opens the commitment; null exactly when `payload` is. */
  salt: z.nullable(Bytes32),
})
export type ProducedEntry = z.infer<typeof ProducedEntry>

/**
 * stored: new, and durable. duplicate: this very entry was here before. equivocation: another entry stands at this
 * place; that one stays, and the contradiction is on record.
 */
export const EntryReceipt = z.object({
  producer: ProducerId,
  pseq: z.int(),
  status: z.enum(['stored', 'duplicate', 'equivocation']),
})
export type EntryReceipt = z.infer<typeof EntryReceipt>

/** Whoever numbers and chains entries: one per daemon installation. */
export const Producer = z.object({
  id: ProducerId,
  /** The machine, else the API key, that may write as this producer. */
  owner: z.string(),
  /** Entries held, 0 to `nextPseq` - 1, without gaps. */
  nextPseq: z.int(),
  /** Entries that contradict one of those. */
  equivocations: z.int(),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
})
export type Producer = z.infer<typeof Producer>

export const audit = {
  postEntries: endpoint({
    method: 'POST',
    path: '/v1/audit/entries',
    scope: 'entry:write',
    summary: 'Hand over numbered, chained entries: all of a batch is stored, durably, or none of it',
    body: z.strictObject({
      /** Of each producer in the order of `pseq`; what was sent before may be sent again. */
      entries: z.array(ProducedEntry).check(z.minLength(1), z.maxLength(500)),
    }),
    limitBytes: 8 * 1024 * 1024,
    reply: 'json',
    response: z.object({
      receipts: z.array(EntryReceipt),
      /** The `pseq` each producer named here should send next. */
      expected: z.record(ProducerId, z.int()),
    }),
  }),
  listProducers: endpoint({
    method: 'GET',
    path: '/v1/audit/producers',
    scope: 'fleet:read',
    summary: 'Every producer of entries, how far its chain goes, and how often it contradicted itself',
    reply: 'json',
    response: z.object({ producers: z.array(Producer), now: Instant }),
  }),
}

/** How a refused batch says where a producer's chain stands; `expectedOf` reads it back. */
export const expectedDetail = (producer: string, pseq: number): string =>
  `the next entry of ${producer} is pseq ${pseq}`

const pattern = /the next entry of (prd_[0-9a-f-]{36}) is pseq (\d{1,16})/

/** The next `pseq` of each producer that a conflict names; empty for any other refusal. */
export const expectedOf = (fault: Fault): ReadonlyMap<string, number> => {
  const found = fault.errors.flatMap(({ detail }): [string, number][] => {
    const [, producer, pseq] = pattern.exec(detail) ?? []
    return producer === undefined ? [] : [[producer, Number(pseq)]]
  })
  return new Map(fault.code === 'conflict' ? found : [])
}
