import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'
import { Cursor, Instant, id, integerText, text } from './values.ts'

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
  /** Place in the log, from 0; null for an equivocation, which has none. */
  seq: z.nullable(z.int()),
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
  /** Entries that its machine's key has signed for, from 0; null while none are. */
  sealedPseq: z.nullable(z.int()),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
})
export type Producer = z.infer<typeof Producer>

/** 32 bytes in standard base64: how C2SP writes a hash. */
const Hash = z.string().check(z.regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be 32 bytes in base64'))

/** One member of a payload: said, with the key that opens its commitment, or only there. */
export const EntryMember = z.union([
  z.strictObject({ name: z.string(), value: z.unknown(), key: Bytes32 }),
  z.strictObject({ hash: Bytes32 }),
])
export type EntryMember = z.infer<typeof EntryMember>

/** An entry as the log holds it. What it says is in `header`; nothing here may be believed that does not follow from it. */
export const AuditEntry = z.object({
  /** Index of its leaf, from 0. */
  seq: z.int(),
  /** The exact canonical JSON whose hash is the leaf. */
  header: z.string(),
  receivedAt: Instant,
  /** Who may write as its producer: a machine, an API key, or `control-plane`. */
  owner: z.string(),
  /** withheld: never left its machine. erased: was here, see `erasedBy`. */
  payload: z.enum(['shown', 'withheld', 'erased']),
  /** In JCS key order; null unless shown. Members of level `content` are hidden unless asked for. */
  members: z.nullable(z.array(EntryMember)),
  /** Place of the entry that says who erased it, and why. */
  erasedBy: z.nullable(z.int()),
})
export type AuditEntry = z.infer<typeof AuditEntry>

/** Proves that leaves `from` to `to` - 1 stand in the log of `size`, without a gap (`merkle.checkRange`). */
export const RangeProof = z.object({
  from: z.int(),
  to: z.int(),
  size: z.int(),
  hashes: z.array(Hash),
})
export type RangeProof = z.infer<typeof RangeProof>

/** A signed note (C2SP tlog-checkpoint), cosignatures included, as /log/<workspace>/checkpoint serves it. */
export const SignedCheckpoint = z.object({
  note: z.string(),
  size: z.int(),
  signedAt: Instant,
})
export type SignedCheckpoint = z.infer<typeof SignedCheckpoint>

/** Where a log was taken up again after a restore; entries `size` to `oldSize` - 1 of the epoch before are lost. */
export const LogEpoch = z.object({
  epoch: z.int(),
  origin: z.string(),
  size: z.int(),
  oldOrigin: z.nullable(z.string()),
  oldSize: z.nullable(z.int()),
  oldRoot: z.nullable(Hash),
  beganAt: Instant,
})
export type LogEpoch = z.infer<typeof LogEpoch>

export const LogKey = z.object({
  /** C2SP verifier key, `name+hash+base64`. */
  vkey: z.string(),
  epoch: z.int(),
  addedAt: Instant,
  addedSeq: z.nullable(z.int()),
  retiredSize: z.nullable(z.int()),
  /** Entry file of its `key.added` entry under the first checkpoint that holds it, for verifiers that know an older key. */
  proof: z.optional(z.nullable(z.string())),
})
export type LogKey = z.infer<typeof LogKey>

export const Witness = z.object({
  name: z.string(),
  vkey: z.string(),
  url: z.string(),
  latestSize: z.int(),
  failure: z.nullable(z.string()),
  askedAt: z.nullable(Instant),
})
export type Witness = z.infer<typeof Witness>

/** A place in the log, in a query string. */
export const Place = integerText(0, Number.MAX_SAFE_INTEGER)

/** A query as people write it (`parseQuery`); its own errors name places in it, as `query.q:<from>-<to>`. */
export const QueryText = text(2000)

/** How many entries answer. Not exact: an estimate from the part that was searched. */
export const Total = z.object({ count: z.int(), exact: z.boolean() })
export type Total = z.infer<typeof Total>

const Flag = z.enum(['true', 'false'])

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
  listEntries: endpoint({
    method: 'GET',
    path: '/v1/audit/entries',
    scope: 'audit:read',
    summary: 'Entries by place in the log with what proves them, or those that answer a query',
    query: z.strictObject({
      /** Only entries below this place; pages towards the beginning. */
      before: z.optional(Place),
      /** Only entries from this place on, the oldest of them; pages towards the end. Not together with `before`. */
      from: z.optional(Place),
      limit: z.optional(integerText(1, 200)),
      /** A query (docs/audit.md); its pages follow cursors, so not together with `before` and `from`. */
      q: z.optional(QueryText),
      /** `nextCursor` or `previousCursor` of an answer to the same query. */
      cursor: z.optional(Cursor),
    }),
    reply: 'json',
    response: z.object({
      /** By place: newest first, without a gap. Of a query: in its order. */
      entries: z.array(AuditEntry),
      /** Entries in the log by now; those at `checkpoint.size` and above are pending. */
      size: z.int(),
      checkpoint: z.nullable(SignedCheckpoint),
      /** Covers every entry of a page by place below `checkpoint.size`; null for a query (GET /v1/audit/proofs) and when there is none. */
      proof: z.nullable(RangeProof),
      /** Goes on in the order of the query; null at the end, and for pages by place. */
      nextCursor: z.nullable(Cursor),
      /** What comes before this page in that order, also once it grew; null for pages by place, and while nothing can come. */
      previousCursor: z.nullable(Cursor),
      total: Total,
      /** Entries searched: those at this place and above are not in the index yet. */
      indexed: z.int(),
      now: Instant,
    }),
  }),
  getEntry: endpoint({
    method: 'GET',
    path: '/v1/audit/entries/:seq',
    scope: 'audit:read',
    summary: 'One entry with what proves it; reading content is an entry of its own',
    params: z.strictObject({ seq: Place }),
    query: z.strictObject({ content: z.optional(Flag) }),
    reply: 'json',
    response: z.object({
      entry: AuditEntry,
      size: z.int(),
      checkpoint: z.nullable(SignedCheckpoint),
      /** RFC 6962 inclusion path in `checkpoint.size`; null while pending. */
      path: z.nullable(z.array(Hash)),
      now: Instant,
    }),
  }),
  getEntryProof: endpoint({
    method: 'GET',
    path: '/v1/audit/entries/:seq/proof',
    scope: 'audit:read',
    summary: 'One entry as a file that proves itself (C2SP tlog-proof, the entry in `extra`)',
    params: z.strictObject({ seq: Place }),
    query: z.strictObject({ content: z.optional(Flag) }),
    reply: 'text',
  }),
  getRangeProof: endpoint({
    method: 'GET',
    path: '/v1/audit/range',
    scope: 'log:read',
    summary: 'What proves that the leaves from one place to another stand in the log, none left out',
    query: z.strictObject({ from: Place, to: Place, size: z.optional(Place) }),
    reply: 'json',
    response: RangeProof,
  }),
  getConsistency: endpoint({
    method: 'GET',
    path: '/v1/audit/consistency',
    scope: 'log:read',
    summary: 'What proves that an older log is the beginning of a newer one (RFC 6962 consistency)',
    query: z.strictObject({ from: Place, to: z.optional(Place) }),
    reply: 'json',
    response: z.object({ from: z.int(), to: z.int(), hashes: z.array(Hash) }),
  }),
  getLog: endpoint({
    method: 'GET',
    path: '/v1/audit/log',
    scope: 'log:read',
    summary:
      'The log itself: size, newest checkpoint, keys, epochs, witnesses, and why it is not sealed if it is not',
    reply: 'json',
    response: z.object({
      workspace: z.string(),
      /** Null until the first seal. */
      origin: z.nullable(z.string()),
      epoch: z.int(),
      size: z.int(),
      checkpoint: z.nullable(SignedCheckpoint),
      /** Why entries stay pending; null while sealing works. */
      sealFailure: z.nullable(z.string()),
      published: z.boolean(),
      keys: z.array(LogKey),
      epochs: z.array(LogEpoch),
      witnesses: z.array(Witness),
      now: Instant,
    }),
  }),
  postErasures: endpoint({
    method: 'POST',
    path: '/v1/audit/erasures',
    scope: 'audit:erase',
    summary:
      'Erase the payloads of entries for good; headers and proofs stay, and an entry says who did it and why',
    body: z.strictObject({
      seqs: z.array(z.int().check(z.minimum(0))).check(z.minLength(1), z.maxLength(100)),
      reason: text(500).check(z.minLength(1)),
    }),
    reply: 'json',
    response: z.object({
      /** Places whose payload went now. */
      erased: z.array(z.int()),
      /** Places that had none: withheld, or erased before. */
      without: z.array(z.int()),
      /** The entry about it; null when nothing was erased. */
      seq: z.nullable(z.int()),
    }),
  }),
}
