import type { Metadata } from 'next'
import { headers } from 'next/headers'
import type { SearchParams } from 'nuqs/server'
import { loadSettings } from '../../features/settings/queries.ts'
import { SettingsPage } from '../../features/settings/settings-page.tsx'
import { firstOf, serverApi } from '../../lib/api-server.ts'
import { Prefetched } from '../../lib/prefetched.tsx'
import { requestOrigin } from '../../lib/request-origin.ts'

export const metadata: Metadata = { title: 'Settings' }

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const api = await serverApi(firstOf((await searchParams).workspace))
  return (
    <Prefetched load={(client) => loadSettings(client, api)}>
      <SettingsPage origin={requestOrigin(await headers())} />
    </Prefetched>
  )
}
