import type { Metadata } from 'next'
import { createLoader, type SearchParams } from 'nuqs/server'
import { AuditPage } from '../../features/audit/audit-page.tsx'
import { auditParsers } from '../../features/audit/filters.ts'
import { loadAudit } from '../../features/audit/queries.ts'
import { firstOf, serverApi } from '../../lib/api-server.ts'
import { Prefetched } from '../../lib/prefetched.tsx'

export const metadata: Metadata = { title: 'Audit' }

const readUrl = createLoader(auditParsers)

export default async function Page({ searchParams }: { searchParams: Promise<SearchParams> }) {
  const search = await searchParams
  const api = await serverApi(firstOf(search.workspace))
  return (
    <Prefetched load={(client) => loadAudit(client, api, readUrl(search))}>
      <AuditPage />
    </Prefetched>
  )
}
