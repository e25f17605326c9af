'use client'

import { useState } from 'react'
import { Button } from './button.tsx'

/** Asks once more, in place, before something that cannot be taken back. What `act` throws is said beside it. */
export function SureButton({
  word,
  yes,
  name,
  act,
  stacked = false,
}: {
  /** `Revoke` */
  word: string
  /** `Yes, revoke` */
  yes: string
  /** Of what it is about, for those who hear the buttons; plain text. */
  name: string
  act: () => Promise<unknown>
  /** One above the other where there is little width beside the row. */
  stacked?: boolean
}) {
  const [sure, setSure] = useState(false)
  const [refused, setRefused] = useState<string | null>(null)
  const run = () =>
    act().catch((error: unknown) =>
      setRefused(error instanceof Error ? error.message : 'the control plane refused'),
    )
  if (!sure)
    return (
      <Button onClick={() => setSure(true)} label={`${word} ${name}`}>
        {word}
      </Button>
    )
  return (
    <span className={`flex items-center gap-2 ${stacked ? 'flex-wrap lg:flex-col lg:items-start' : ''}`}>
      <Button danger onClick={() => void run()} label={`${yes}: ${name}`}>
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
