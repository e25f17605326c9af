'use client'

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { Client } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import type { ShareScope } from '@watchbill/contract/shares'
import { useEffect, useState } from 'react'
import { useApi } from '../../lib/api.ts'

export type SharePreview = Awaited<ReturnType<Client['previewShare']>>

/** Typing a place must not ask for every digit. */
const settleMs = 250

/** What a link of this scope would show. `current` is false while the answer is about a scope asked before. */
export function useSharePreview(scope: ShareScope | null): {
  readonly preview: SharePreview | null
  readonly current: boolean
  readonly error: Error | null
} {
  const { client, workspace } = useApi()
  const text = JSON.stringify(scope)
  const settled = useSettled(text)
  const asked = useQuery({
    queryKey: ['share-preview', { workspace, scope: settled }] as const,
    queryFn: ({ signal }) => client.previewShare({ body: { scope: parse(settled) } }, { signal }),
    enabled: settled !== 'null',
    placeholderData: keepPreviousData,
    // What answers a query now is asked for now.
    gcTime: 0,
    retry: (count, error) => count < 10 && waitOf(error) !== null,
    retryDelay: (_count, error) => waitOf(error) ?? 0,
  })
  const current = settled === text && !asked.isFetching && !asked.isPlaceholderData && asked.isSuccess
  const refused = settled === text && asked.isError ? asked.error : null
  return {
    preview: scope === null || refused !== null ? null : (asked.data ?? null),
    current,
    error: refused,
  }
}

/** A range may reach to an entry that no checkpoint covers yet; a second later one does. Null: asking again is no use. */
const waitOf = (error: Error): number | null =>
  error instanceof Fault && error.retryAfterSeconds !== null
    ? Math.min(error.retryAfterSeconds, 3) * 1000
    : null

/** Back from the cache key, where it stands as text: what was written there was a scope. */
const parse = (text: string): ShareScope => JSON.parse(text)

function useSettled(value: string): string {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), settleMs)
    return () => clearTimeout(timer)
  }, [value])
  return settled
}
