import type { Metadata } from 'next'
import { HealthPage } from '../../features/health/health-page.tsx'
import { firstOf } from '../../lib/api-server.ts'

export const metadata: Metadata = { title: 'Health' }

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export default async function Page({ searchParams }: Props) {
  return <HealthPage workspace={firstOf((await searchParams).workspace)} />
}
