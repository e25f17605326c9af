'use client'

import { Fault } from '@watchbill/contract/fault'
import type { Machine } from '@watchbill/contract/machines'
import { useState } from 'react'
import { useApi } from './api.ts'

export type Enrollment =
  | { readonly state: 'none' | 'asking' }
  | { readonly state: 'refused'; readonly why: string; readonly mend: string | null }
  | {
      readonly state: 'offered'
      readonly token: string
      readonly expiresAt: string
      /** Machines that were there before; whoever is not among them is new. */
      readonly known: ReadonlySet<string>
    }

/** A token that joins one machine, once, within the hour; it lives in this page's memory alone. */
export function useEnrollment(machines: readonly Machine[]) {
  const { client } = useApi()
  const [enrollment, set] = useState<Enrollment>({ state: 'none' })
  async function ask() {
    const known = new Set(machines.map(({ id }) => id))
    set({ state: 'asking' })
    try {
      // A deployment without the script must not make tokens nobody can use.
      await client.getInstaller()
      const { token, expiresAt } = await client.createEnrollment({ body: {} })
      set({ state: 'offered', token, expiresAt, known })
    } catch (error) {
      const why = error instanceof Error ? error.message : 'the control plane refused'
      set({ state: 'refused', why, mend: mendOf(error) })
    }
  }
  return { enrollment, ask, drop: () => set({ state: 'none' }) }
}

function mendOf(error: unknown): string | null {
  if (!(error instanceof Fault)) return null
  if (error.code === 'not_found') return 'An edge deployment hands out no daemon: see docs/hosting.md.'
  return error.mend ?? null
}
