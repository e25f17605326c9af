'use client'

import { useState } from 'react'
import type { LogWatch } from '../../lib/evidence/log-watch.ts'
import { Button } from '../../ui/button.tsx'

/** The one way out of a contradiction, in the reader's own name and only in this browser. */
export function StartOver({ watch }: { watch: LogWatch }) {
  const [sure, setSure] = useState(false)
  if (!sure)
    return (
      <div className="mt-2">
        <Button onClick={() => setSure(true)}>Start over…</Button>
      </div>
    )
  return (
    <div className="mt-2 flex flex-wrap items-center gap-2">
      <span>This browser forgets what it saw, and trusts the log as it is now.</span>
      <Button
        danger
        onClick={() => {
          watch.forget()
          setSure(false)
        }}
      >
        Forget and trust
      </Button>
      <Button onClick={() => setSure(false)}>Keep the warning</Button>
    </div>
  )
}
