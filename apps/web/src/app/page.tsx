import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { createLoader, type SearchParams } from 'nuqs/server'
import { fleetParsers, toAgentsQuery } from '../features/fleet/filters.ts'
import { createFirstIds } from '../features/fleet/first-snapshot.ts'
import { FleetPage } from '../features/fleet/fleet-page.tsx'
import { agentSessionsQuery, agentsQuery, fleetQuery, machinesQuery } from '../features/fleet/queries.ts'
import { openAgents } from '../features/fleet/rows.ts'
import { firstOf, serverApi } from '../lib/api-server.ts'
import { Prefetched } from '../lib/prefetched.tsx'
import { requestOrigin } from '../lib/request-origin.ts'

/** The page itself writes the title: it counts who waits. */
export const metadata: Metadata = { title: null }

const loadFilters = createLoader(fleetParsers)

/** Drawn whole on the server: the sentence, the roll, the table and the sessions of the open agents. */
export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams
  const filters = loadFilters(search)
  const api = await serverApi(firstOf(search.workspace))
  const ids = createFirstIds(Date.now(), (count) => crypto.getRandomValues(new Uint8Array(count)))
  return (
    <Prefetched
      load={async (cache) => {
        const [fleet, list] = await Promise.all([
          cache.fetchQuery(fleetQuery(api)),
          cache.fetchInfiniteQuery(agentsQuery(api, toAgentsQuery(filters))),
        ])
        if (fleet.agentCount === 0) return cache.fetchQuery(machinesQuery(api))
        const first = list.pages[0]
        const open = first === undefined ? [] : [...openAgents(filters.open, first.agents, first.total)]
        return Promise.all(open.map((id) => cache.fetchQuery(agentSessionsQuery(api, id))))
      }}
    >
      <FleetPage origin={requestOrigin(await headers())} firstIds={ids} />
    </Prefetched>
  )
}
