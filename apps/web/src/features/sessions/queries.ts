import { infiniteQueryOptions, keepPreviousData, type QueryClient, queryOptions } from '@tanstack/react-query'
import type { SessionsQuery } from '@watchbill/contract/sessions'
import type { ApiAccess } from '../../lib/api.ts'
import { queryKeys } from '../../lib/query-keys.ts'
import { learnServerTime } from '../../lib/server-clock.ts'
import { type SessionsUrl, toSessionsQuery } from './filters.ts'

/** Sessions fetched at a time; the list asks for more as its end comes near. */
const pageSize = '100'

function learn<T extends { readonly now: string }>(reply: T): T {
  learnServerTime(reply.now)
  return reply
}

export const sessionsQuery = ({ client, workspace }: ApiAccess, query: SessionsQuery) =>
  infiniteQueryOptions({
    queryKey: queryKeys.sessions(workspace, query),
    queryFn: async ({ pageParam, signal }) => {
      const from = pageParam === null ? {} : { cursor: pageParam }
      return learn(await client.listSessions({ query: { ...query, limit: pageSize, ...from } }, { signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
    placeholderData: keepPreviousData,
  })

export const sessionQuery = ({ client, workspace }: ApiAccess, id: string) =>
  queryOptions({
    queryKey: queryKeys.session(workspace, id),
    queryFn: async ({ signal }) => learn(await client.getSession({ params: { id } }, { signal })),
  })

/** How many match by now, asked while the list on screen is behind. */
export const totalQuery = ({ client, workspace }: ApiAccess, query: SessionsQuery) =>
  queryOptions({
    queryKey: ['sessions-total', workspace, query] as const,
    queryFn: async ({ signal }) => {
      const reply = await client.listSessions({ query: { ...query, limit: '1' } }, { signal })
      return reply.total
    },
    staleTime: 0,
    refetchInterval: 3000,
  })

export const fleetQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: queryKeys.fleet(workspace),
    queryFn: async ({ signal }) => learn(await client.getFleet({}, { signal })),
  })

export const machinesQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: queryKeys.machines(workspace),
    queryFn: async ({ signal }) => learn(await client.listMachines({}, { signal })),
  })

/** What the page shows first; a peeked session that is gone does not take the list with it. */
export async function loadSessions(client: QueryClient, api: ApiAccess, url: SessionsUrl): Promise<void> {
  await Promise.all([
    client.fetchInfiniteQuery(sessionsQuery(api, toSessionsQuery(url))),
    client.prefetchQuery(fleetQuery(api)),
    client.prefetchQuery(machinesQuery(api)),
    ...(url.session === null ? [] : [client.prefetchQuery(sessionQuery(api, url.session))]),
  ])
}
