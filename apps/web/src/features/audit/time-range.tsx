'use client'

import { withTime } from '@watchbill/contract/audit-query'
import { type FormEvent, use, useState } from 'react'
import { ClockContext } from '../../lib/clock.ts'
import { Button } from '../../ui/button.tsx'
import { Menu } from '../../ui/menu.tsx'
import { presets, timeAsked, withLast } from './query-edit.ts'
import type { QueryText } from './use-query-text.ts'
import { formatWall, parseWall } from './wall-time.ts'

const words: Readonly<Record<(typeof presets)[number], string>> = {
  '1h': 'Last hour',
  '24h': '24 h',
  '7d': '7 d',
  '30d': '30 d',
}

/** The span asked for: up to now by one press, or from and to by the clock of the chosen zone. All of it stands in the query. */
export function TimeRange({ query }: { query: QueryText }) {
  const { min, max, preset } = timeAsked(query.text, query.now)
  const free = preset === null && (min !== null || max !== null)
  return (
    <div className="print-hide flex flex-wrap items-center gap-x-3 gap-y-1">
      <fieldset className="-ml-1.5 flex">
        <legend className="sr-only">Time</legend>
        {presets.map((one) => (
          <Preset
            key={one}
            on={preset === one}
            choose={() => query.edit((text) => withLast(text, preset === one ? null : one))}
          >
            {words[one]}
          </Preset>
        ))}
        <Preset on={min === null && max === null} choose={() => query.edit((text) => withLast(text, null))}>
          All
        </Preset>
      </fieldset>
      <Menu label={free ? 'Other span' : 'From … to …'} name="From and to" align="left">
        {(close) => <FromTo query={query} min={preset === null ? min : null} max={max} done={close} />}
      </Menu>
    </div>
  )
}

function Preset({ on, choose, children }: { on: boolean; choose: () => void; children: string }) {
  return (
    <button
      type="button"
      aria-pressed={on}
      onClick={choose}
      className="h-7 rounded border border-transparent px-1.5 text-muted hover:bg-hover aria-pressed:border-rule-strong aria-pressed:bg-chosen aria-pressed:text-ink"
    >
      {children}
    </button>
  )
}

function FromTo({
  query,
  min,
  max,
  done,
}: {
  query: QueryText
  min: number | null
  max: number | null
  done: () => void
}) {
  const { zone } = use(ClockContext)
  const [from, setFrom] = useState(min === null ? '' : formatWall(min, zone))
  const [to, setTo] = useState(max === null ? '' : formatWall(max, zone))
  const [wrong, setWrong] = useState<string | null>(null)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const [first, last] = [parseWall(from, zone), parseWall(to, zone)]
    if (first !== null && last !== null && last <= first)
      return setWrong('The end lies before the beginning.')
    query.edit((text) => withTime(text, first, last))
    done()
  }
  const field = (name: string, value: string, set: (value: string) => void) => (
    <label className="flex items-center gap-3">
      <span className="w-10 text-muted">{name}</span>
      <input
        type="datetime-local"
        value={value}
        onChange={(event) => set(event.target.value)}
        className="h-7 min-w-0 flex-1 rounded border border-rule-strong bg-ground px-2"
      />
    </label>
  )
  return (
    <form onSubmit={submit} className="space-y-2 px-3 py-1">
      {field('From', from, setFrom)}
      {field('To', to, setTo)}
      <p className="flex items-center gap-3">
        <Button>Apply</Button>
        <span className="text-muted">{zone}; an empty end is open</span>
      </p>
      {wrong !== null && (
        <p role="alert" className="text-failed">
          {wrong}
        </p>
      )}
    </form>
  )
}
