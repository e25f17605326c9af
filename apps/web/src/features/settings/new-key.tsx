'use client'

import { useQueryClient } from '@tanstack/react-query'
import { grantableScopes, type Scope, scopeSummary } from '@watchbill/contract/scope'
import { type FormEvent, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { queryKeys } from '../../lib/query-keys.ts'
import { Button } from '../../ui/button.tsx'
import { Command } from '../../ui/command.tsx'

const lives = [
  ['1 day', 86_400],
  ['30 days', 30 * 86_400],
  ['90 days', 90 * 86_400],
  ['1 year', 365 * 86_400],
  ['never', null],
] as const
type Life = (typeof lives)[number][0]

const field = 'h-7 rounded border border-rule-strong bg-panel px-2'

/** A key for a script: what it may do, how long it lives; its secret is shown this once. */
export function NewKey() {
  const { client, workspace } = useApi()
  const cache = useQueryClient()
  const [secret, setSecret] = useState<string | null>(null)
  const [refused, setRefused] = useState<string | null>(null)
  async function create(asked: Asked) {
    try {
      const made = await client.createKey({ body: asked })
      setSecret(made.secret)
      setRefused(null)
      await cache.invalidateQueries({ queryKey: queryKeys.keys(workspace) })
    } catch (error) {
      setRefused(error instanceof Error ? error.message : 'the control plane refused')
    }
  }
  if (secret !== null) return <Secret secret={secret} done={() => setSecret(null)} />
  return <KeyForm create={create} refused={refused} />
}

interface Asked {
  readonly name: string
  readonly scopes: (typeof grantableScopes)[number][]
  readonly ttlSeconds: number | null
}

function Secret({ secret, done }: { secret: string; done: () => void }) {
  return (
    <div role="status" className="max-w-3xl px-4 py-2.5">
      <p className="mb-2 font-semibold">Copy it now: it is shown this once and kept as a hash.</p>
      <Command text={secret} label="new key" />
      <p className="mt-2">
        <Button onClick={done}>I have it</Button>
      </p>
    </div>
  )
}

function KeyForm({ create, refused }: { create: (asked: Asked) => Promise<void>; refused: string | null }) {
  const [name, setName] = useState('')
  const [held, setHeld] = useState<ReadonlySet<Scope>>(new Set(['fleet:read']))
  const [life, setLife] = useState<Life>('30 days')
  const [busy, setBusy] = useState(false)
  async function submit(event: FormEvent) {
    event.preventDefault()
    setBusy(true)
    const scopes = grantableScopes.filter((scope) => held.has(scope))
    const ttlSeconds = lives.find(([word]) => word === life)?.[1] ?? null
    await create({ name: name.trim(), scopes, ttlSeconds })
    setBusy(false)
  }
  const toggle = (scope: Scope) => {
    const next = new Set(held)
    if (!next.delete(scope)) next.add(scope)
    setHeld(next)
  }
  return (
    <form onSubmit={(event) => void submit(event)} className="px-4 py-2.5">
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
        <label className="flex items-center gap-2">
          Name
          <input
            value={name}
            onChange={(event) => setName(event.target.value)}
            required
            maxLength={120}
            autoComplete="off"
            placeholder="ci"
            className={`${field} w-52`}
          />
        </label>
        <label className="flex items-center gap-2">
          Ends after
          <select
            value={life}
            onChange={(event) =>
              setLife(lives.find(([word]) => word === event.target.value)?.[0] ?? '30 days')
            }
            className={field}
          >
            {lives.map(([word]) => (
              <option key={word}>{word}</option>
            ))}
          </select>
        </label>
      </div>
      <Scopes held={held} toggle={toggle} />
      <Button disabled={busy || held.size === 0}>{busy ? 'Creating…' : 'Create key'}</Button>
      {refused !== null && (
        <p role="alert" className="mt-2 text-failed">
          Not created: {refused}
        </p>
      )}
    </form>
  )
}

function Scopes({ held, toggle }: { held: ReadonlySet<Scope>; toggle: (scope: Scope) => void }) {
  return (
    <fieldset className="my-3">
      <legend className="mb-1">It may</legend>
      {grantableScopes.map((scope) => (
        <label key={scope} className="flex min-h-[26px] items-center gap-2">
          <input type="checkbox" checked={held.has(scope)} onChange={() => toggle(scope)} />
          <span>{scopeSummary[scope]}</span>
          <code className="text-muted max-sm:hidden">{scope}</code>
        </label>
      ))}
    </fieldset>
  )
}
