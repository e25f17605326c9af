'use client'

import type { Client } from '@watchbill/contract/client'
import './browser-schema.ts'
import { useMemo } from 'react'
import { useWorkspace } from './links.ts'
import { createPageClient } from './page-client.ts'

/** A client and the workspace its calls are about; query functions take this, on the server and in the browser. */
export interface ApiAccess {
  readonly client: Client
  readonly workspace: string | null
}

/** Same-origin calls with the session cookie. While the server renders nothing is fetched through it. */
export function useApi(): ApiAccess {
  const workspace = useWorkspace()
  return useMemo(
    () => ({
      workspace,
      client: createPageClient({
        baseUrl: typeof window === 'undefined' ? 'http://127.0.0.1' : window.location.origin,
        ...(workspace === null ? {} : { workspace }),
      }),
    }),
    [workspace],
  )
}
