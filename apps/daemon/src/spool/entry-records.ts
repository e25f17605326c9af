import * as z from 'zod/mini'
import { Place } from '../collect/cursor.ts'

const Whole = z.int().check(z.minimum(0))

const Entry = z.strictObject({
  pseq: Whole,
  header: z.string(),
  payload: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])),
  salt: z.string(),
})

/** Up to where a session file's events were told. `file` is a digest: other people's folder names stay out of here. */
const Told = z.strictObject({ file: z.string(), place: Place })
export type Told = z.infer<typeof Told>

/** A session a live process was seen for; kept after its end, so that its coming back is news. */
const Watched = z.strictObject({
  agent: z.string(),
  nativeId: z.string(),
  /** When its process was first seen, ms; names this run of it. */
  sinceMs: z.number(),
  open: z.boolean(),
})
export type Watched = z.infer<typeof Watched>

/** How everything stood when a segment began. */
const Begin = z.strictObject({
  /** The machine whose chain it is: enrolled anew, it begins another. */
  machine: z.string(),
  producer: z.string(),
  next: Whole,
  leaf: z.string(),
  /** Nothing before this number is needed any more: the word older daemons have for `proven`. */
  acked: Whole,
  told: z.array(Told),
  live: z.array(Watched),
})

/** What one read told: the place it came to and all its entries, together or not at all. */
const Read = z.strictObject({
  told: z.nullable(Told),
  /** All of them, when they changed. */
  live: z.optional(z.array(Watched)),
  entries: z.array(Entry),
  /** The facts the entries tell, in their order. */
  facts: z.array(z.string().check(z.regex(/^[0-9a-f]{16}$/))),
})
export type Read = z.infer<typeof Read>

/** Receipts: entry `pseq + i` stands in the log at `seq + i`, as the control plane says. */
const Run = z.strictObject({
  pseq: Whole,
  seq: Whole,
  count: z.int().check(z.minimum(1)),
  /** When the first of them arrived, ms by this machine's clock. */
  atMs: z.number(),
})
export type Run = z.infer<typeof Run>

/** How far the chain is proven and signed for, and the receipts in between; replaces what was said before. */
const Stand = z.strictObject({ proven: Whole, sealed: Whole, sent: z.array(Run) })
export type Stand = z.infer<typeof Stand>

/** `acked` was written by daemons that deleted on a receipt alone: it proves nothing and is passed over. */
export const EntryRecord = z.union([
  z.strictObject({ begin: Begin }),
  z.strictObject({ read: Read }),
  z.strictObject({ stand: Stand }),
  z.strictObject({ sent: z.array(Run) }),
  z.strictObject({ proven: Whole }),
  z.strictObject({ acked: Whole }),
])
export type EntryRecord = z.infer<typeof EntryRecord>
