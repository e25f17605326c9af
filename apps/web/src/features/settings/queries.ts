import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { ApiAccess } from '../../lib/api.ts'
import { queryKeys } from '../../lib/query-keys.ts'
import { learnServerTime } from '../../lib/server-clock.ts'

/** The stream tells of machines, not of keys. */
const keysEveryMs = 10_000

function learn<T extends { readonly now: string }>(reply: T): T {
  learnServerTime(reply.now)
  return reply
}

export const machinesQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: queryKeys.machines(workspace),
    queryFn: async ({ signal }) => learn(await client.listMachines({}, { signal })),
  })

export const keysQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: queryKeys.keys(workspace),
    queryFn: async ({ signal }) => learn(await client.listKeys({}, { signal })),
    refetchInterval: keysEveryMs,
  })

export const loadSettings = (client: QueryClient, api: ApiAccess) =>
  Promise.all([client.fetchQuery(machinesQuery(api)), client.fetchQuery(keysQuery(api))])
