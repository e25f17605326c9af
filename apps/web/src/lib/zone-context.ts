'use client'

import { createContext } from 'react'

/** The reader's time zone (IANA) and how to change it; the choice is remembered. */
export const ZoneContext = createContext<{ zone: string; choose: (zone: string) => void }>({
  zone: 'UTC',
  choose: () => {},
})
