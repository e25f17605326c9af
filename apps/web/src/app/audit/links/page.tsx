import type { Metadata } from 'next'
import type { SearchParams } from 'nuqs/server'
import { loadShares } from '../../../features/shares/queries.ts'
import { SharesPage } from '../../../features/shares/shares-page.tsx'
import { firstOf, serverApi } from '../../../lib/api-server.ts'
import { Prefetched } from '../../../lib/prefetched.tsx'

export const metadata: Metadata = { title: 'Links' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const api = await serverApi(firstOf((await searchParams).workspace))
  return (
    <Prefetched load={(client) => loadShares(client, api)}>
      <SharesPage />
    </Prefetched>
  )
}
