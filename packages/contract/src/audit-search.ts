import * as z from 'zod/mini'
import { Place, QueryText, Total } from './audit.ts'
import { endpoint } from './endpoint.ts'
import { Instant, integerText } from './values.ts'

/** 32 bytes in standard base64. */
const Hash = z.string().check(z.regex(/^[A-Za-z0-9+/]{42}[AEIMQUYcgkosw048]=$/, 'must be 32 bytes in base64'))

/** At most 200 places, ascending, each once: `seqs=4,19,20`. */
const Places = z.string().check(
  z.regex(/^\d{1,16}(,\d{1,16}){0,199}$/, 'must be at most 200 places, comma-separated'),
  z.refine(
    (text) => text.split(',').every((one, index, all) => index === 0 || Number(one) > Number(all[index - 1])),
    'must ascend, each place once',
  ),
)

/** What proves single leaves of a tree at once (`merkle.checkSelection`), and what the tiles say stands there. */
export const SelectionProof = z.object({
  seqs: z.array(z.int()),
  size: z.int(),
  /** Leaf hash at each of `seqs`: tells which entry was changed when the whole does not hold. */
  leaves: z.array(Hash),
  hashes: z.array(Hash),
})
export type SelectionProof = z.infer<typeof SelectionProof>

/** Fields counted beside a query. */
export const facetFields = ['action', 'decision', 'tool', 'agent', 'machine', 'outcome'] as const
export type FacetField = (typeof facetFields)[number]

export const Facet = z.object({
  field: z.enum(facetFields),
  /** Most entries first. Counted under the query without its own terms of this field, so that other choices stay visible. */
  values: z.array(
    z.object({
      /** As a query writes it; null: entries that have none (`field:none`). */
      value: z.nullable(z.string()),
      /** Name of an agent or a machine; null where it is the value itself. */
      label: z.nullable(z.string()),
      count: z.int(),
    }),
  ),
  /** Values left off. */
  more: z.int(),
})
export type Facet = z.infer<typeof Facet>

/** A span of time in which a producer's machine was not watched, or entries are known to be lost. */
export const Gap = z.object({
  /** stopped: its daemon was stopped and started again. silent: it has not been heard from since. restored: a restore lost entries. */
  kind: z.enum(['stopped', 'silent', 'restored']),
  /** Machine, by id; null where it concerns the whole log. */
  machine: z.nullable(z.string()),
  name: z.nullable(z.string()),
  from: Instant,
  to: Instant,
})
export type Gap = z.infer<typeof Gap>

/** Of what the counts speak. */
export const Coverage = z.object({
  /** Machines that are known, whether or not they ever wrote to this log, and how many of them are heard from now. */
  machines: z.int(),
  heard: z.int(),
  /** Oldest and newest entry that answers, by the time its producer gave; null when none does. */
  first: z.nullable(Instant),
  last: z.nullable(Instant),
})
export type Coverage = z.infer<typeof Coverage>

export const auditSearch = {
  getProofs: endpoint({
    method: 'GET',
    path: '/v1/audit/proofs',
    scope: 'log:read',
    summary: 'What proves up to 200 single leaves at once, wherever they stand',
    query: z.strictObject({ seqs: Places, size: z.optional(Place) }),
    reply: 'json',
    response: SelectionProof,
  }),
  getFacets: endpoint({
    method: 'GET',
    path: '/v1/audit/facets',
    scope: 'audit:read',
    summary: 'How many entries answer a query, by action, decision, tool, agent, machine and outcome',
    query: z.strictObject({ q: z.optional(QueryText) }),
    reply: 'json',
    response: z.object({
      facets: z.array(Facet),
      total: Total,
      indexed: z.int(),
      size: z.int(),
      now: Instant,
    }),
  }),
  getHistogram: endpoint({
    method: 'GET',
    path: '/v1/audit/histogram',
    scope: 'audit:read',
    summary: 'How many entries answer a query over time, and which spans nobody watched',
    query: z.strictObject({
      q: z.optional(QueryText),
      /** Buckets wanted at most; their width is a round one. 60 unless said. */
      buckets: z.optional(integerText(10, 200)),
    }),
    reply: 'json',
    response: z.object({
      from: z.nullable(Instant),
      to: z.nullable(Instant),
      stepMs: z.int(),
      /** Every bucket from `from` on, the empty ones too; none when no entry answers. */
      buckets: z.array(z.object({ at: Instant, count: z.int(), denied: z.int(), asked: z.int() })),
      /** Answers outside of the span that is drawn: strays of clocks that are far off. */
      outside: z.object({ before: z.int(), after: z.int() }),
      gaps: z.array(Gap),
      coverage: Coverage,
      total: Total,
      indexed: z.int(),
      size: z.int(),
      now: Instant,
    }),
  }),
  streamEntries: endpoint({
    method: 'GET',
    path: '/v1/audit/stream',
    scope: 'audit:read',
    summary:
      'New entries that answer a query as they are indexed (SSE); resumes by Last-Event-ID, a place in the log',
    query: z.strictObject({ q: z.optional(QueryText) }),
    reply: 'sse',
  }),
  exportEntries: endpoint({
    method: 'GET',
    path: '/v1/audit/export',
    scope: 'audit:read',
    summary:
      'Every entry that answers a query as a file, oldest first: CSV, or JSON lines that prove themselves',
    query: z.strictObject({ q: z.optional(QueryText), format: z.optional(z.enum(['csv', 'jsonl'])) }),
    reply: 'ndjson',
  }),
}
