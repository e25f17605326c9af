'use client'

import { agentSorts, agentStates } from '@watchbill/contract/agents'
import { useEffect, useState } from 'react'
import { useWorkspace } from '../../lib/links.ts'
import { curlCommand } from '../../lib/program-url.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { markColour, shapes } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { type FleetFilters, isFiltered, toAgentsQuery } from './filters.ts'

type SetUrl = (
  change: {
    [K in keyof FleetFilters]?: FleetFilters[K] extends readonly (infer S)[] | null
      ? S[] | null
      : FleetFilters[K]
  },
) => unknown

/** Search, state filters, sort on phones, and the same view as a command. All of it lives in the URL. */
export function Toolbar({
  url,
  setUrl,
  total,
  fresh,
  behind,
  refresh,
}: {
  url: FleetFilters
  setUrl: SetUrl
  total: number
  /** Agents that came since the list was read. */
  fresh: number
  behind: boolean
  refresh: () => void
}) {
  return (
    <div className="flex flex-wrap items-center gap-x-3 gap-y-2 border-t px-4 py-2 sm:px-6">
      <h2 className="font-semibold">
        Agents <span className="figures font-normal text-muted">{total}</span>
      </h2>
      <Search q={url.q} change={(q) => void setUrl({ q })} />
      <StateFilter chosen={url.state} change={(state) => void setUrl({ state })} />
      <Narrowed url={url} setUrl={setUrl} />
      {(behind || fresh > 0) && (
        <button
          type="button"
          className="min-h-6 rounded border border-working px-2 text-working hover:bg-hover"
          onClick={() => {
            window.scrollTo({ top: 0 })
            refresh()
          }}
        >
          {fresh > 0 ? `${fresh} new` : 'Order changed'}: show
        </button>
      )}
      <span className="flex-1" />
      <select
        aria-label="Sort"
        value={url.sort ?? 'attention'}
        onChange={(event) =>
          void setUrl({ sort: agentSorts.find((sort) => sort === event.target.value) ?? null })
        }
        className="h-7 rounded border border-rule-strong bg-ground px-1 sm:hidden"
      >
        {agentSorts.map((sort) => (
          <option key={sort}>{sort}</option>
        ))}
      </select>
      <CopyCurl url={url} />
    </div>
  )
}

function Search({ q, change }: { q: string | null; change: (q: string | null) => void }) {
  const [text, setText] = useState(q ?? '')
  useEffect(() => setText(q ?? ''), [q])
  return (
    <input
      id="fleet-search"
      type="search"
      value={text}
      maxLength={200}
      aria-label="Find agents"
      placeholder="Find ( / )"
      onChange={(event) => {
        setText(event.target.value)
        change(event.target.value === '' ? null : event.target.value)
      }}
      onKeyDown={(event) => event.key === 'Escape' && event.currentTarget.blur()}
      className="h-7 w-44 rounded border border-rule-strong bg-panel px-2 placeholder:text-muted"
    />
  )
}

type State = (typeof agentStates)[number]

function StateFilter({
  chosen,
  change,
}: {
  chosen: readonly State[] | null
  change: (states: State[] | null) => void
}) {
  const held = new Set(chosen)
  return (
    <fieldset className="-mx-1 flex min-w-0 gap-1 overflow-x-auto px-1 max-sm:order-last max-sm:w-full">
      <legend className="sr-only">States</legend>
      {agentStates.map((state) => (
        <button
          key={state}
          type="button"
          aria-pressed={held.has(state)}
          onClick={() => {
            const next = agentStates.filter((one) => (one === state ? !held.has(one) : held.has(one)))
            change(next.length === 0 ? null : next)
          }}
          className="flex h-7 items-center gap-1.5 rounded border border-transparent px-1.5 text-muted hover:bg-hover aria-pressed:border-rule-strong aria-pressed:bg-chosen aria-pressed:text-ink"
        >
          <svg
            viewBox="0 0 12 12"
            width="11"
            height="11"
            fill="currentColor"
            aria-hidden="true"
            className={markColour[state]}
          >
            {shapes[state]}
          </svg>
          {state}
        </button>
      ))}
    </fieldset>
  )
}

/** Filters that came by a click elsewhere (the roll, a link), each with a way out. */
function Narrowed({ url, setUrl }: { url: FleetFilters; setUrl: SetUrl }) {
  if (!isFiltered(url)) return null
  return (
    <span className="flex items-center gap-2 text-muted">
      {url.machine !== null && <span>one machine</span>}
      {url.runtime !== null && (
        <span>
          runtime <UntrustedText text={url.runtime} max={40} />
        </span>
      )}
      <button
        type="button"
        className="min-h-6 underline"
        onClick={() => void setUrl({ state: null, runtime: null, machine: null, q: null })}
      >
        Clear filters
      </button>
    </span>
  )
}

function CopyCurl({ url }: { url: FleetFilters }) {
  const workspace = useWorkspace()
  const [origin, setOrigin] = useState('http://127.0.0.1:4040')
  useEffect(() => setOrigin(window.location.origin), [])
  const query = { ...toAgentsQuery(url), ...(workspace === null ? {} : { workspace }) }
  return (
    <CopyButton text={curlCommand(origin, '/v1/agents', query)} label="this view as a curl command">
      Copy as curl
    </CopyButton>
  )
}
