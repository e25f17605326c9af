import type { Metadata } from 'next'
import { headers } from 'next/headers'
import { readExampleSeed } from '../../features/reference/example-seed.ts'
import { ReferencePage } from '../../features/reference/reference-page.tsx'
import { firstOf } from '../../lib/api-server.ts'
import { requestOrigin } from '../../lib/request-origin.ts'

export const metadata: Metadata = { title: 'API' }

interface Props {
  searchParams: Promise<Record<string, string | string[] | undefined>>
}

export default async function Page({ searchParams }: Props) {
  const filter = (firstOf((await searchParams).q) ?? '').trim().slice(0, 100)
  const [seed, origin] = [await readExampleSeed(), requestOrigin(await headers())]
  return <ReferencePage filter={filter} origin={origin} seed={seed} />
}
