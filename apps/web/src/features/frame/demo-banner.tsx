'use client'

import type { Workspace } from '@watchbill/contract/identity'
import { useState } from 'react'
import { useApi } from '../../lib/api.ts'

/** Stands as long as the demo does; nothing in it is ever summed with real rows. */
export function DemoBanner({ workspace }: { workspace: Workspace }) {
  const { client } = useApi()
  const [sure, setSure] = useState(false)
  const [state, setState] = useState('asked')
  async function remove() {
    setState('deleting')
    try {
      await client.removeWorkspace({ params: { id: workspace.id } })
      // Its log went with it: the next demo is another log, not a contradiction of this one.
      const { forgetMemory } = await import('../../lib/evidence/log-memory.ts')
      forgetMemory(window.localStorage, workspace.id)
      window.location.assign('/')
    } catch (error) {
      setState(error instanceof Error ? error.message : 'the control plane refused')
    }
  }
  const refused = state !== 'asked' && state !== 'deleting'
  const button = 'min-h-6 rounded border border-current px-2 hover:bg-hover'
  return (
    <section
      aria-label="Demo workspace"
      className="flex flex-wrap items-center gap-x-4 gap-y-1 border-b bg-panel px-4 py-1.5 text-waiting sm:px-6"
    >
      <span>
        <strong>Demo data.</strong> Made up by Watchbill, in a workspace of its own.
      </span>
      {refused && <span role="alert">Not deleted: {state}</span>}
      {sure ? (
        <span className="flex gap-2">
          <button
            type="button"
            className={button}
            disabled={state === 'deleting'}
            onClick={() => void remove()}
          >
            {state === 'deleting' ? 'Deleting…' : 'Yes, delete all of it'}
          </button>
          <button type="button" className={button} onClick={() => setSure(false)}>
            Keep
          </button>
        </span>
      ) : (
        <button type="button" className={button} onClick={() => setSure(true)}>
          Delete demo
        </button>
      )}
    </section>
  )
}
