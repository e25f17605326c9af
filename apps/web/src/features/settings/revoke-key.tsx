'use client'

import { useQueryClient } from '@tanstack/react-query'
import type { Key } from '@watchbill/contract/identity'
import { useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { queryKeys } from '../../lib/query-keys.ts'
import { plainText } from '../../lib/reveal.ts'
import { Button } from '../../ui/button.tsx'

/** Asks once more before it ends a credential: nothing brings it back. */
export function RevokeKey({ of: key }: { of: Key }) {
  const { client, workspace } = useApi()
  const cache = useQueryClient()
  const [sure, setSure] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const name = plainText(key.name)
  async function revoke() {
    try {
      await client.removeKey({ params: { id: key.id } })
      await cache.invalidateQueries({ queryKey: queryKeys.keys(workspace) })
    } catch (error) {
      setRefused(error instanceof Error ? error.message : 'the control plane refused')
    }
  }
  if (!sure) {
    return (
      <Button onClick={() => setSure(true)} label={`Revoke ${name}`}>
        Revoke
      </Button>
    )
  }
  const yes = key.kind === 'machine' ? 'Yes, it stops reporting' : 'Yes, revoke'
  return (
    <span className="flex items-center gap-2">
      <Button danger onClick={() => void revoke()} label={`${yes}: ${name}`}>
        {yes}
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
