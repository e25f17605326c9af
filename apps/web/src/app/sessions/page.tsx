import type { Metadata } from 'next'
import { createLoader, type SearchParams } from 'nuqs/server'
import { sessionParsers } from '../../features/sessions/filters.ts'
import { loadSessions } from '../../features/sessions/queries.ts'
import { SessionsPage } from '../../features/sessions/sessions-page.tsx'
import { firstOf, serverApi } from '../../lib/api-server.ts'
import { Prefetched } from '../../lib/prefetched.tsx'

export const metadata: Metadata = { title: 'Sessions' }

const readUrl = createLoader(sessionParsers)

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams
  const api = await serverApi(firstOf(search.workspace))
  return (
    <Prefetched load={(client) => loadSessions(client, api, readUrl(search))}>
      <SessionsPage />
    </Prefetched>
  )
}
