import type { Metadata } from 'next'
import { AgentPage } from '../../../features/agent/agent-page.tsx'
import { loadAgent } from '../../../features/agent/queries.ts'
import { firstOf, serverApi } from '../../../lib/api-server.ts'
import { Prefetched } from '../../../lib/prefetched.tsx'

export const metadata: Metadata = { title: 'Agent' }

interface Props {
  params: Promise<{ id: string }>
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export default async function Page({ params, searchParams }: Props) {
  const { id } = await params
  const api = await serverApi(firstOf((await searchParams).workspace))
  return (
    <Prefetched load={(client) => loadAgent(client, api, id)}>
      <AgentPage id={id} />
    </Prefetched>
  )
}
