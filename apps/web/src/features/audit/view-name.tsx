'use client'

import { type FormEvent, useId, useState } from 'react'
import { Button } from '../../ui/button.tsx'

/** Asks for the name of a view; says why when it is not taken. */
export function ViewName({
  label,
  verb,
  first,
  done,
}: {
  label: string
  verb: string
  first: string
  done: (name: string) => Promise<unknown>
}) {
  const id = useId()
  const [name, setName] = useState(first)
  const [refused, setRefused] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const submit = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setRefused(null)
    try {
      await done(name.trim())
    } catch (error) {
      setRefused(error instanceof Error ? error.message : 'the control plane refused')
    }
    setBusy(false)
  }
  return (
    <form onSubmit={(event) => void submit(event)}>
      <label htmlFor={id} className="text-muted">
        {label}
      </label>
      <span className="mt-1 flex gap-2">
        <input
          id={id}
          value={name}
          maxLength={80}
          required
          autoComplete="off"
          onChange={(event) => setName(event.target.value)}
          className="h-7 min-w-0 flex-1 rounded border border-rule-strong bg-ground px-2"
        />
        <Button disabled={busy || name.trim() === ''}>{verb}</Button>
      </span>
      {refused !== null && (
        <span role="alert" className="mt-1 block text-failed">
          {refused}
        </span>
      )}
    </form>
  )
}
