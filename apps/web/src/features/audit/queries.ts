import { infiniteQueryOptions, keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query'
import type { ApiAccess } from '../../lib/api.ts'
import { learnServerTime } from '../../lib/server-clock.ts'
import { newerThan, olderThan, type PageParam, pageAround, pageSize, toPage } from './audit-rows.ts'

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

export async function loadAudit(client: QueryClient, api: ApiAccess, seq: number | null): Promise<void> {
  await Promise.all([
    client.fetchInfiniteQuery(entriesQuery(api, { around: seq, turn: 0 })),
    client.prefetchQuery(agentNamesQuery(api)),
  ])
}
