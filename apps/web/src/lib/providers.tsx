'use client'

import { QueryClient, QueryClientProvider } from '@tanstack/react-query'
import { Fault } from '@watchbill/contract/fault'
import { NuqsAdapter } from 'nuqs/adapters/next/app'
import { type ReactNode, useMemo, useState } from 'react'
import { ClockContext } from './clock.ts'
import { remember, zoneCookie } from './preferences.ts'
import { ZoneContext } from './zone-context.ts'

/** Data goes stale by the stream saying so, never by age; a refusal is not asked again. */
const createQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: Number.POSITIVE_INFINITY,
        refetchOnWindowFocus: false,
        retry: (count, error) => count < 2 && error instanceof Fault && error.code === 'unavailable',
      },
    },
  })

export function Providers({
  now,
  zone: first,
  children,
}: {
  now: number
  zone: string
  children: ReactNode
}) {
  const [client] = useState(createQueryClient)
  const [zone, setZone] = useState(first)
  const clock = useMemo(() => ({ now, zone }), [now, zone])
  const choice = useMemo(
    () => ({
      zone,
      choose: (next: string) => {
        remember(zoneCookie, next)
        setZone(next)
      },
    }),
    [zone],
  )
  return (
    <NuqsAdapter>
      <QueryClientProvider client={client}>
        <ClockContext value={clock}>
          <ZoneContext value={choice}>{children}</ZoneContext>
        </ClockContext>
      </QueryClientProvider>
    </NuqsAdapter>
  )
}
