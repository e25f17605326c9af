import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import type { AgentsQuery } from '@watchbill/contract/agents'
import type { ApiAccess } from '../../lib/api.ts'
import { queryKeys } from '../../lib/query-keys.ts'
import { learnServerTime } from '../../lib/server-clock.ts'

/** Agents fetched at a time; the table asks for more as its end comes near. */
const pageSize = '100'
/** Sessions shown under one agent; the rest is a link away. */
const sessionsUnderAgent = 50

function learn<T extends { readonly now: string }>(reply: T): T {
  learnServerTime(reply.now)
  return reply
}

export const fleetQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: queryKeys.fleet(workspace),
    queryFn: async ({ signal }) => learn(await client.getFleet({}, { signal })),
  })

export const agentsQuery = ({ client, workspace }: ApiAccess, query: AgentsQuery) =>
  infiniteQueryOptions({
    queryKey: queryKeys.agents(workspace, query),
    queryFn: async ({ pageParam, signal }) => {
      const from = pageParam === null ? {} : { cursor: pageParam }
      return learn(await client.listAgents({ query: { ...query, limit: pageSize, ...from } }, { signal }))
    },
    initialPageParam: null as string | null,
    getNextPageParam: (last) => last.nextCursor,
  })

/** The sessions of one agent, those that need someone first. */
export const agentSessionsQuery = ({ client, workspace }: ApiAccess, agent: string) =>
  queryOptions({
    queryKey: queryKeys.agentSessions(workspace, agent),
    queryFn: async ({ signal }) => {
      const query = { agent, sort: 'attention', limit: String(sessionsUnderAgent) } as const
      return learn(await client.listSessions({ query }, { signal }))
    },
  })

export const agentQuery = ({ client, workspace }: ApiAccess, id: string) =>
  queryOptions({
    queryKey: queryKeys.agent(workspace, id),
    queryFn: async ({ signal }) => learn(await client.getAgent({ params: { id } }, { signal })),
  })

export const machinesQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: queryKeys.machines(workspace),
    queryFn: async ({ signal }) => learn(await client.listMachines({}, { signal })),
  })
