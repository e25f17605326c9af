import { type QueryClient, queryOptions } from '@tanstack/react-query'
import type { ApiAccess } from '../../lib/api.ts'
import { learnServerTime } from '../../lib/server-clock.ts'

/** The stream does not tell of links; a visitor may open one at any time. */
const everyMs = 10_000

export const sharesKey = (workspace: string | null) => ['shares', workspace] as const

export const sharesQuery = ({ client, workspace }: ApiAccess) =>
  queryOptions({
    queryKey: sharesKey(workspace),
    queryFn: async ({ signal }) => {
      const reply = await client.listShares({}, { signal })
      learnServerTime(reply.now)
      return reply
    },
    refetchInterval: everyMs,
    refetchOnWindowFocus: 'always',
    // A link that was just made elsewhere on this page must be there.
    refetchOnMount: 'always',
  })

export const loadShares = (client: QueryClient, api: ApiAccess) => client.fetchQuery(sharesQuery(api))
