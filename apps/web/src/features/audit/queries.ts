import { infiniteQueryOptions, keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query'
import type { ApiAccess } from '../../lib/api.ts'
import { learnServerTime, serverNow } from '../../lib/server-clock.ts'
import {
  newerThan,
  olderThan,
  type PageParam,
  pageAround,
  pageSize,
  toPage,
  toQueryPage,
} from './audit-rows.ts'
import { queryOf } from './filters.ts'
import { problemOf } from './query-problem.ts'

/** What list to open: around an entry or the newest; `turn` counts how often the reader asked for news. */
export interface Opening {
  readonly around: number | null
  readonly turn: number
}

/**
 * Pages by place in the log. The workspace stands inside the key: a stream that resets must not fetch the list anew under
 * the reader's eyes.
 */
export const entriesQuery = ({ client, workspace }: ApiAccess, opening: Opening) =>
  infiniteQueryOptions({
    queryKey: ['audit-entries', { workspace, ...opening }] as const,
    queryFn: async ({ pageParam, signal }) => {
      const { before, from } = pageParam
      const query = {
        limit: String(pageSize),
        ...(before === undefined ? {} : { before: String(before) }),
        ...(from === undefined ? {} : { from: String(from) }),
      }
      const reply = await client.listEntries({ query }, { signal })
      learnServerTime(reply.now)
      return toPage(reply, pageParam)
    },
    initialPageParam: pageAround(opening.around),
    getNextPageParam: (last): PageParam | undefined => olderThan(last),
    getPreviousPageParam: (first): PageParam | undefined => newerThan(first, first.size),
    placeholderData: keepPreviousData,
  })

/** An answer nobody looks at is asked anew after this: `last:1h` means another hour then. */
const answerMs = 60_000

/** Pages of a query in its order; `turn` counts how often the reader asked for news. */
export const foundQuery = ({ client, workspace }: ApiAccess, q: string, turn: number) =>
  infiniteQueryOptions({
    queryKey: ['audit-found', { workspace, q, turn }] as const,
    queryFn: async ({ pageParam, signal }) => {
      const from = pageParam === null ? {} : { cursor: pageParam }
      const reply = await client.listEntries({ query: { q, limit: String(pageSize), ...from } }, { signal })
      learnServerTime(reply.now)
      return toQueryPage(reply)
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    gcTime: answerMs,
    placeholderData: keepPreviousData,
  })

/** How the answer is spread over fields, and over time; `q` null is the whole log. */
export const facetsQuery = ({ client, workspace }: ApiAccess, q: string | null) =>
  queryOptions({
    queryKey: ['audit-facets', { workspace, q }] as const,
    queryFn: async ({ signal }) => {
      const reply = await client.getFacets({ query: q === null ? {} : { q } }, { signal })
      learnServerTime(reply.now)
      return reply
    },
    gcTime: answerMs,
    placeholderData: keepPreviousData,
  })

export const histogramQuery = ({ client, workspace }: ApiAccess, q: string | null) =>
  queryOptions({
    queryKey: ['audit-histogram', { workspace, q }] as const,
    queryFn: async ({ signal }) => {
      const reply = await client.getHistogram({ query: q === null ? {} : { q } }, { signal })
      learnServerTime(reply.now)
      return reply
    },
    gcTime: answerMs,
    placeholderData: keepPreviousData,
  })

export const viewsQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: ['audit-views', { workspace }] as const,
    queryFn: async ({ signal }) => (await client.listViews({}, { signal })).views,
  })

/** One entry with its path; asked again once a proven checkpoint covers it. */
export const entryQuery = (
  { client, workspace }: ApiAccess,
  seq: number,
  content: boolean,
  covered: boolean,
) =>
  queryOptions({
    queryKey: ['audit-entry', { workspace, seq, content, covered }] as const,
    queryFn: ({ signal }) =>
      client.getEntry(
        { params: { seq: String(seq) }, query: content ? { content: 'true' } : {} },
        { signal },
      ),
    retry: false,
  })

/** Names of agents, for rows that name them by id. */
export const agentNamesQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: ['agent-names', workspace] as const,
    queryFn: async ({ signal }) => {
      const { agents } = await client.listAgents({ query: { limit: '500' } }, { signal })
      return Object.fromEntries(agents.map(({ id, name, machine }) => [id, { name, machine: machine.name }]))
    },
  })

/**
 * What the page shows first. A query that has no answer does not take the page with it: the browser asks again and says why.
 */
export async function loadAudit(
  client: QueryClient,
  api: ApiAccess,
  url: { readonly q: string | null; readonly seq: number | null },
): Promise<void> {
  const q = queryOf(url.q)
  const broken = q !== null && problemOf(q, serverNow()) !== null
  const figures = broken
    ? []
    : [client.prefetchQuery(facetsQuery(api, q)), client.prefetchQuery(histogramQuery(api, q))]
  const found = q === null || broken ? [] : [client.prefetchInfiniteQuery(foundQuery(api, q, 0))]
  await Promise.all([
    // Says who may read at all, so it is asked for by any query too.
    q === null
      ? client.fetchInfiniteQuery(entriesQuery(api, { around: url.seq, turn: 0 }))
      : client.fetchQuery(viewsQuery(api)),
    client.prefetchQuery(agentNamesQuery(api)),
    ...figures,
    ...found,
  ])
}
