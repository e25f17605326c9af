'use client'

import { useQuery } from '@tanstack/react-query'
import { sessionSorts, sessionStates } from '@watchbill/contract/sessions'
import { type RefObject, useEffect, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { plainText } from '../../lib/reveal.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import { type SessionsUrl, toggleState } from './filters.ts'
import { machinesQuery } from './queries.ts'

const sortWords = {
  attention: 'Needs you first',
  activity: 'Last active',
  started: 'Last started',
  tokens: 'Most tokens',
  cost: 'Highest cost',
} as const satisfies Record<(typeof sessionSorts)[number], string>

const field = 'h-7 rounded border border-rule-strong bg-panel px-2'
const typingMs = 200

export type SetUrl = (next: Partial<SessionsUrl>) => unknown

/** The query bar: text, states, runtime, machine, order. Each change is in the URL. */
export function SessionsFilters({
  url,
  setUrl,
  field: input,
  filtered,
}: {
  url: SessionsUrl
  setUrl: SetUrl
  field: RefObject<HTMLInputElement | null>
  filtered: boolean
}) {
  return (
    <search
      className="print-hide flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-2 sm:px-6"
      aria-label="Sessions"
    >
      <TextField q={url.q} setUrl={setUrl} field={input} />
      <fieldset className="flex flex-wrap gap-1">
        <legend className="sr-only">States</legend>
        {sessionStates.map((state) => (
          <button
            key={state}
            type="button"
            aria-pressed={url.state?.includes(state) ?? false}
            onClick={() => setUrl({ state: toggleState(url.state, state) })}
            className="flex h-7 items-center rounded border border-transparent px-1.5 hover:bg-hover aria-pressed:border-rule-strong aria-pressed:bg-chosen"
          >
            <StateMark state={state} />
          </button>
        ))}
      </fieldset>
      <Choices url={url} setUrl={setUrl} />
      {filtered && (
        <button
          type="button"
          className="min-h-7 underline"
          onClick={() => setUrl({ state: null, runtime: null, machine: null, agent: null, q: null })}
        >
          Clear filters
        </button>
      )}
    </search>
  )
}

/** Typed text goes to the URL once the reader pauses. */
function TextField({
  q,
  setUrl,
  field: input,
}: {
  q: string | null
  setUrl: SetUrl
  field: RefObject<HTMLInputElement | null>
}) {
  const [text, setText] = useState(q ?? '')
  const [sent, setSent] = useState(q)
  // Changed by somebody else (a cleared filter, the back button): show that.
  if (q !== sent) {
    setSent(q)
    setText(q ?? '')
  }
  useEffect(() => {
    const wanted = text.trim() === '' ? null : text.trim()
    if (wanted === sent) return
    const timer = setTimeout(() => {
      setSent(wanted)
      setUrl({ q: wanted })
    }, typingMs)
    return () => clearTimeout(timer)
  }, [text, sent, setUrl])
  return (
    <input
      ref={input}
      type="search"
      name="q"
      value={text}
      maxLength={200}
      onChange={(event) => setText(event.target.value)}
      aria-label="Project, branch, model, agent or session id"
      placeholder="Project, branch, model, agent, id"
      className={`${field} w-full min-w-0 sm:w-64`}
    />
  )
}

function Choices({ url, setUrl }: { url: SessionsUrl; setUrl: SetUrl }) {
  const { data } = useQuery(machinesQuery(useApi()))
  const machines = data?.machines ?? []
  const seen = machines.flatMap((machine) => machine.lookedAt.map((folder) => folder.runtime))
  const runtimes = [...new Set([...seen, ...(url.runtime === null ? [] : [url.runtime])])].sort()
  return (
    <>
      <Choice
        label="Runtime"
        value={url.runtime}
        options={runtimes.map((runtime) => [runtime, plainText(runtime)])}
        all="All runtimes"
        choose={(runtime) => setUrl({ runtime })}
      />
      <Choice
        label="Machine"
        value={url.machine}
        options={machines.map((machine) => [machine.id, plainText(machine.name)])}
        all="All machines"
        choose={(machine) => setUrl({ machine })}
      />
      <Choice
        label="Order"
        value={url.sort}
        options={sessionSorts.slice(1).map((sort) => [sort, sortWords[sort]])}
        all={sortWords.attention}
        choose={(sort) => setUrl({ sort: sessionSorts.find((one) => one === sort) ?? null })}
      />
    </>
  )
}

function Choice({
  label,
  value,
  options,
  all,
  choose,
}: {
  label: string
  value: string | null
  options: readonly (readonly [string, string])[]
  all: string
  choose: (value: string | null) => void
}) {
  return (
    <select
      aria-label={label}
      value={value ?? ''}
      onChange={(event) => choose(event.target.value === '' ? null : event.target.value)}
      className={`${field} max-w-44`}
    >
      <option value="">{all}</option>
      {options.map(([name, words]) => (
        <option key={name} value={name}>
          {words}
        </option>
      ))}
    </select>
  )
}
