import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { ApiAccess } from '../../lib/api.ts'
import { queryKeys } from '../../lib/query-keys.ts'
import { learnServerTime } from '../../lib/server-clock.ts'

/** Steps of the ribbon: five minutes each over 24 hours. */
const ribbonPoints = '288'
const historyEveryMs = 60_000

function learn<T extends { readonly now: string }>(reply: T): T {
  learnServerTime(reply.now)
  return reply
}

export const agentQuery = ({ client, workspace }: ApiAccess, id: string) =>
  queryOptions({
    queryKey: queryKeys.agent(workspace, id),
    queryFn: async ({ signal }) => learn(await client.getAgent({ params: { id } }, { signal })),
  })

/** The last 24 hours; asked again each minute, for time moves on also where nothing is reported. */
export const agentHistoryQuery = ({ client, workspace }: ApiAccess, id: string) =>
  queryOptions({
    queryKey: queryKeys.agentHistory(workspace, id, '24h'),
    queryFn: ({ signal }) =>
      client.getAgentHistory({ params: { id }, query: { points: ribbonPoints } }, { signal }),
    refetchInterval: historyEveryMs,
  })

/** Sessions shown on the page; the rest are a link away. */
const sessionsShown = 50

/** The sessions that matter most. The fleet page keeps the same answer under the same key. */
export const agentSessionsQuery = ({ client, workspace }: ApiAccess, agent: string) =>
  queryOptions({
    queryKey: queryKeys.agentSessions(workspace, agent),
    queryFn: async ({ signal }) => {
      const query = { agent, sort: 'attention', limit: String(sessionsShown) } as const
      return learn(await client.listSessions({ query }, { signal }))
    },
  })

export const machinesQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: queryKeys.machines(workspace),
    queryFn: async ({ signal }) => learn(await client.listMachines({}, { signal })),
  })

/** What the page shows first. Only a missing agent is a reason to show something else. */
export async function loadAgent(client: QueryClient, api: ApiAccess, id: string): Promise<void> {
  await Promise.all([
    client.fetchQuery(agentQuery(api, id)),
    client.prefetchQuery(agentHistoryQuery(api, id)),
    client.prefetchQuery(agentSessionsQuery(api, id)),
    client.prefetchQuery(machinesQuery(api)),
  ])
}
