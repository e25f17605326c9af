'use client'

import { useQueryClient } from '@tanstack/react-query'
import type { Share } from '@watchbill/contract/shares'
import { useApi } from '../../lib/api.ts'
import { plainText } from '../../lib/reveal.ts'
import { SureButton } from '../../ui/sure-button.tsx'
import { sharesKey } from './queries.ts'

/** Asks once more: nothing brings a link back, and whoever reads it now is cut off. */
export function RevokeShare({ of: share }: { of: Share }) {
  const { client, workspace } = useApi()
  const cache = useQueryClient()
  async function revoke() {
    await client.removeShare({ params: { id: share.id } })
    await cache.invalidateQueries({ queryKey: sharesKey(workspace) })
  }
  return <SureButton word="Revoke" yes="Yes, revoke" name={plainText(share.title)} act={revoke} stacked />
}
