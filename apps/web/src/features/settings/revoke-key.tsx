'use client'

import { useQueryClient } from '@tanstack/react-query'
import type { Key } from '@watchbill/contract/identity'
import { useApi } from '../../lib/api.ts'
import { queryKeys } from '../../lib/query-keys.ts'
import { plainText } from '../../lib/reveal.ts'
import { SureButton } from '../../ui/sure-button.tsx'

/** Asks once more before it ends a credential: nothing brings it back. */
export function RevokeKey({ of: key }: { of: Key }) {
  const { client, workspace } = useApi()
  const cache = useQueryClient()
  async function revoke() {
    await client.removeKey({ params: { id: key.id } })
    await cache.invalidateQueries({ queryKey: queryKeys.keys(workspace) })
  }
  const yes = key.kind === 'machine' ? 'Yes, it stops reporting' : 'Yes, revoke'
  return <SureButton word="Revoke" yes={yes} name={plainText(key.name)} act={revoke} />
}
