'use client'

import { useEffect } from 'react'
import { topPx } from './live-cache.ts'

/** A list whose order is behind: fetched again once the reader is at the top, or when they ask. */
export function useFreshList(query: {
  isStale: boolean
  isFetching: boolean
  refetch: () => unknown
}): boolean {
  const { isStale, isFetching, refetch } = query
  useEffect(() => {
    if (!isStale || isFetching) return
    const look = () => {
      if (window.scrollY <= topPx) refetch()
    }
    look()
    window.addEventListener('scroll', look, { passive: true })
    return () => window.removeEventListener('scroll', look)
  }, [isStale, isFetching, refetch])
  return isStale && !isFetching
}
