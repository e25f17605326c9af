'use client'

import { useQueryClient } from '@tanstack/react-query'
import type { Share } from '@watchbill/contract/shares'
import { useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { plainText } from '../../lib/reveal.ts'
import { Button } from '../../ui/button.tsx'
import { sharesKey } from './queries.ts'

/** Asks once more: nothing brings a link back, and whoever reads it now is cut off. */
export function RevokeShare({ of: share }: { of: Share }) {
  const { client, workspace } = useApi()
  const cache = useQueryClient()
  const [sure, setSure] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const title = plainText(share.title)
  async function revoke() {
    try {
      await client.removeShare({ params: { id: share.id } })
      await cache.invalidateQueries({ queryKey: sharesKey(workspace) })
    } catch (error) {
      setRefused(error instanceof Error ? error.message : 'the control plane refused')
    }
  }
  if (!sure) {
    return (
      <Button onClick={() => setSure(true)} label={`Revoke ${title}`}>
        Revoke
      </Button>
    )
  }
  return (
    <span className="flex flex-wrap items-center gap-2 lg:flex-col lg:items-start">
      <Button danger onClick={() => void revoke()} label={`Yes, revoke ${title}`}>
        Yes, revoke
      </Button>
      <Button onClick={() => setSure(false)}>Keep</Button>
      {refused !== null && (
        <span role="alert" className="text-failed">
          {refused}
        </span>
      )}
    </span>
  )
}
