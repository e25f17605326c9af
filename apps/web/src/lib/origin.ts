'use client'

import { useSyncExternalStore } from 'react'

const never = () => () => {}

/** The origin this page came from; a stand-in while the server renders, so both draw the same. */
export function useOrigin(): string {
  return useSyncExternalStore(
    never,
    () => window.location.origin,
    () => 'http://127.0.0.1:4040',
  )
}
