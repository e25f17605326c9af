'use client'

import { useLayoutEffect, useRef } from 'react'

/**
 * Keeps the row under the eye where it is while rows are put above it: call the answer right before asking for them.
 * Belongs in the component above the list, whose own heights are set first.
 */
export function useSteadyPrepend(newest: number, rowPx: number): () => void {
  const before = useRef<number | null>(null)
  useLayoutEffect(() => {
    if (before.current !== null && newest > before.current)
      window.scrollBy({ top: (newest - before.current) * rowPx })
    before.current = null
  }, [newest, rowPx])
  return () => {
    before.current = newest
  }
}
