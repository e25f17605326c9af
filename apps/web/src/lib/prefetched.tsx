import { dehydrate, HydrationBoundary, QueryClient } from '@tanstack/react-query'
import { Fault } from '@watchbill/contract/fault'
import { headers } from 'next/headers'
import { notFound, redirect } from 'next/navigation'
import type { ReactNode } from 'react'
import { pathHeader } from './path-header.ts'

/**
 * Fetches what a page shows first and hands it to the browser with the markup. `load` runs its queries with
 * `fetchQuery`/`fetchInfiniteQuery`. Nobody signed in -> the sign-in page; not there -> 404.
 */
export async function Prefetched({
  load,
  children,
}: {
  load: (client: QueryClient) => Promise<unknown>
  children: ReactNode
}) {
  const client = new QueryClient()
  try {
    await load(client)
  } catch (error) {
    if (!(error instanceof Fault)) throw error
    if (error.code === 'unauthenticated' || error.code === 'forbidden') redirect(await signInPath())
    // A workspace or id that could not be one is as absent as one that is not there.
    if (error.code === 'not_found' || error.code === 'invalid_request') notFound()
    throw error
  }
  return <HydrationBoundary state={dehydrate(client)}>{children}</HydrationBoundary>
}

async function signInPath(): Promise<string> {
  const path = (await headers()).get(pathHeader) ?? '/'
  return path === '/' ? '/sign-in' : `/sign-in?next=${encodeURIComponent(path)}`
}
