import * as z from 'zod/mini'
import { QueryText } from './audit.ts'
import { endpoint } from './endpoint.ts'
import { Instant, id, text } from './values.ts'

export const ShareId = id('shr')

const seq = z.int().check(z.minimum(0))
/** A member of payloads, by name; hidden wherever it stands. */
const MemberName = text(120).check(z.minLength(1))
const dayMs = 86_400_000

/** Most entries one link may show (SECURITY "Share links"); more goes to an export. */
export const shareMost = 5000
export const shareDefaultMs = 7 * dayMs
export const shareLongestMs = 366 * dayMs

/**
 * selection: what answers `q` now (without it everything), or the entries at `seqs`. range: everything from place `from` on, below `to`, none left
 * out; its `q` is run again by the visitor's browser, so it may ask about headers and places alone.
 */
export const ShareScope = z
  .strictObject({
    kind: z.enum(['selection', 'range']),
    q: z.optional(QueryText),
    seqs: z.optional(z.array(seq).check(z.minLength(1), z.maxLength(shareMost))),
    from: z.optional(seq),
    to: z.optional(seq),
  })
  .check(
    z.refine(
      ({ kind, q, seqs, from, to }) =>
        kind === 'range'
          ? from !== undefined && to !== undefined && seqs === undefined
          : from === undefined && to === undefined && (q === undefined || seqs === undefined),
      'a selection has q or seqs, a range has from and to',
    ),
  )
export type ShareScope = z.infer<typeof ShareScope>

/** A link as those who manage it see it; its token is shown once, when it is made. */
export const Share = z.object({
  id: ShareId,
  title: z.string(),
  kind: z.enum(['selection', 'range']),
  /** With names resolved to ids as they were; '' for none. */
  q: z.string(),
  /** Of a range; null for a selection. */
  from: z.nullable(z.int()),
  to: z.nullable(z.int()),
  /** Entries shown. */
  count: z.int(),
  redacted: z.array(z.string()),
  /** Whether members of level `content` are shown. */
  content: z.boolean(),
  /** The checkpoint it was frozen at. */
  size: z.int(),
  state: z.enum(['open', 'expired', 'revoked']),
  createdBy: z.string(),
  createdAt: Instant,
  expiresAt: Instant,
  revokedAt: z.nullable(Instant),
  /** Times it was opened; each is an entry (`share:<id>`). */
  opened: z.int(),
  lastOpenedAt: z.nullable(Instant),
  /** Visits turned away since it expired or was revoked. */
  refused: z.int(),
})
export type Share = z.infer<typeof Share>

const token = z.string().check(z.regex(/^[A-Za-z0-9_-]{1,200}$/, 'must be a token'))

export const shares = {
  postShare: endpoint({
    method: 'POST',
    path: '/v1/shares',
    scope: 'audit:share',
    summary: 'Make a link that shows these entries to whoever has it, provable in their own browser',
    body: z.strictObject({
      title: text(120),
      scope: ShareScope,
      redact: z.array(MemberName).check(z.maxLength(32)),
      /** True shows members of level `content`; making it is then a content read. */
      content: z.optional(z.boolean()),
      /** 7 days from now unless said; at most 366. */
      expiresAt: z.optional(Instant),
    }),
    limitBytes: 128 * 1024,
    reply: 'json',
    status: 201,
    response: z.object({
      share: Share,
      /** The whole link with its pin in the fragment; said once and kept nowhere. */
      url: z.string(),
    }),
  }),
  previewShare: endpoint({
    method: 'POST',
    path: '/v1/shares/preview',
    scope: 'audit:share',
    summary:
      'What a link of this scope would show: how many entries, which members could be hidden, which header fields cannot',
    body: z.strictObject({ scope: ShareScope }),
    limitBytes: 128 * 1024,
    reply: 'json',
    response: z.object({
      count: z.int(),
      /** Newest checkpoint: what the link would be frozen at. */
      size: z.int(),
      /** Names of members in it, with how many entries say them; `content`: of level content, hidden unless asked for. */
      members: z.array(z.object({ name: z.string(), count: z.int(), content: z.boolean() })),
      /** Fields of the header, which every visitor sees. */
      header: z.array(z.string()),
      withheld: z.int(),
      erased: z.int(),
    }),
  }),
  listShares: endpoint({
    method: 'GET',
    path: '/v1/shares',
    scope: 'audit:share',
    summary: 'Links that were made, newest first, with how often each was opened and refused',
    reply: 'json',
    response: z.object({ shares: z.array(Share), now: Instant }),
  }),
  getShare: endpoint({
    method: 'GET',
    path: '/v1/shares/:id',
    scope: 'audit:share',
    summary: 'One link',
    params: z.strictObject({ id: ShareId }),
    reply: 'json',
    response: z.object({ share: Share, now: Instant }),
  }),
  removeShare: endpoint({
    method: 'DELETE',
    path: '/v1/shares/:id',
    scope: 'audit:share',
    summary: 'Revoke a link: dead at once, everywhere',
    params: z.strictObject({ id: ShareId }),
    reply: 'none',
  }),
  readShareCover: endpoint({
    method: 'GET',
    path: '/s/:token',
    scope: null,
    summary: 'The cover of a share link, the same for every token: it reveals and counts nothing',
    params: z.strictObject({ token }),
    reply: 'html',
  }),
  openShare: endpoint({
    method: 'POST',
    path: '/s/:token',
    scope: null,
    summary: 'Open a share link: counted and recorded, then on to an address without the token',
    params: z.strictObject({ token }),
    reply: 'html',
  }),
  readShare: endpoint({
    method: 'GET',
    path: '/s/open/:id',
    scope: null,
    summary: 'The document of an opened share link: one file that checks itself',
    params: z.strictObject({ id: ShareId }),
    query: z.strictObject({
      /** Sent as a file to keep. */
      download: z.optional(z.literal('1')),
      /** Size of the newest checkpoint to speak of, so that a kept file is the very page that was read. */
      at: z.optional(z.string().check(z.regex(/^\d{1,16}$/, 'must be a size'))),
      /** Size this browser saw before: what proves that the log goes on from it comes along. */
      seen: z.optional(z.string().check(z.regex(/^\d{1,16}$/, 'must be a size'))),
    }),
    reply: 'html',
  }),
  readShareProofs: endpoint({
    method: 'GET',
    path: '/s/open/:id/proofs',
    scope: null,
    summary: 'The same entries as C2SP tlog-proof files, in a tar archive',
    params: z.strictObject({ id: ShareId }),
    reply: 'bytes',
  }),
}
