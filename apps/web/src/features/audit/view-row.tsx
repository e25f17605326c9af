'use client'

import type { View } from '@watchbill/contract/audit-views'
import { useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { plainText } from '../../lib/reveal.ts'
import { Button } from '../../ui/button.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { ViewName } from './view-name.tsx'

/** One saved view: its name opens it; what is asked stands below. */
export function ViewRow({
  view,
  chosen,
  open,
  changed,
}: {
  view: View
  chosen: boolean
  open: () => void
  changed: () => Promise<unknown>
}) {
  const { client } = useApi()
  const [doing, setDoing] = useState<'rename' | 'remove' | null>(null)
  const [refused, setRefused] = useState<string | null>(null)
  const name = plainText(view.name)
  const remove = async () => {
    try {
      await client.removeView({ params: { id: view.id } })
      await changed()
    } catch (error) {
      setRefused(error instanceof Error ? error.message : 'the control plane refused')
    }
  }
  const rename = async (next: string) => {
    await client.putView({ params: { id: view.id }, body: { name: next, q: view.q } })
    setDoing(null)
    await changed()
  }
  return (
    <li className={`px-3 py-1 hover:bg-hover ${chosen ? 'bg-chosen' : ''}`}>
      <div className="flex items-center gap-1">
        <button
          type="button"
          onClick={open}
          aria-current={chosen ? 'true' : undefined}
          className="min-h-6 min-w-0 flex-1 truncate text-left font-semibold"
        >
          <UntrustedText text={view.name} max={80} />
        </button>
        <Small label={`Rename ${name}`} press={() => setDoing(doing === 'rename' ? null : 'rename')}>
          Rename
        </Small>
        <Small label={`Remove ${name}`} press={() => setDoing(doing === 'remove' ? null : 'remove')}>
          Remove
        </Small>
      </div>
      <code className="block truncate text-muted" title={plainText(view.q)}>
        {plainText(view.q) === '' ? 'everything' : plainText(view.q)}
      </code>
      {view.ignored.length > 0 && (
        <p className="text-waiting">
          {view.ignored.length === 1 ? 'One term is' : `${view.ignored.length} terms are`} not known here and
          left out.
        </p>
      )}
      {doing === 'rename' && <ViewName label="New name" verb="Rename" first={view.name} done={rename} />}
      {doing === 'remove' && (
        <p className="mt-1 flex gap-2">
          <Button danger onClick={() => void remove()} label={`Yes, remove ${name}`}>
            Yes, remove
          </Button>
          <Button onClick={() => setDoing(null)}>Keep</Button>
        </p>
      )}
      {refused !== null && (
        <p role="alert" className="text-failed">
          {refused}
        </p>
      )}
    </li>
  )
}

function Small({ label, press, children }: { label: string; press: () => void; children: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      onClick={press}
      className="min-h-6 rounded px-1 text-small text-muted underline hover:text-ink"
    >
      {children}
    </button>
  )
}
