'use client'

import type { AgentState } from '@watchbill/contract/agents'
import { memo } from 'react'
import { plainText } from '../../lib/reveal.ts'
import { markColour, shapes } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import type { RollGroup } from './fleet-now.ts'

type Choose = (machine: string | null, state: AgentState | null) => void

/** The roll: one tick per agent, grouped by machine, shape by state. A click filters the table below. */
export function Roll({
  groups,
  machine,
  states,
  choose,
}: {
  groups: readonly RollGroup[]
  machine: string | null
  states: readonly AgentState[] | null
  choose: Choose
}) {
  return (
    <ul className="grid grid-cols-[repeat(auto-fill,minmax(min(100%,24rem),1fr))] gap-x-4 px-4 py-1.5">
      {groups.map((group) => (
        <li key={group.machine.id} className="flex min-h-7 items-start gap-2 py-0.5">
          <button
            type="button"
            aria-pressed={machine === group.machine.id && states === null}
            onClick={() =>
              choose(machine === group.machine.id && states === null ? null : group.machine.id, null)
            }
            className="flex min-h-6 w-28 shrink-0 items-center truncate rounded px-1 text-left hover:bg-hover aria-pressed:bg-chosen"
            title={group.machine.reporting ? undefined : 'This machine does not report'}
          >
            <span className={`truncate ${group.machine.reporting ? '' : 'text-muted'}`}>
              <UntrustedText text={group.machine.name} max={40} still />
            </span>
            {!group.machine.reporting && <span className="ml-1 text-small text-muted">silent</span>}
          </button>
          <span className="flex flex-wrap gap-x-1">
            {group.runs.map((run) => {
              const chosen = machine === group.machine.id && states?.length === 1 && states[0] === run.state
              return (
                <TickRun
                  key={run.state}
                  machine={group.machine.id}
                  machineName={group.machine.name}
                  state={run.state}
                  count={run.agents.length}
                  names={run.agents
                    .slice(0, 8)
                    .map((agent) => agent.name)
                    .join(', ')}
                  chosen={chosen}
                  choose={choose}
                />
              )
            })}
          </span>
        </li>
      ))}
    </ul>
  )
}

/** Drawn again only when its own count or names change: a thousand ticks cost nothing while nothing happens. */
const TickRun = memo(function TickRun({
  machine,
  machineName,
  state,
  count,
  names,
  chosen,
  choose,
}: {
  machine: string
  machineName: string
  state: AgentState
  count: number
  names: string
  chosen: boolean
  choose: Choose
}) {
  return (
    <button
      type="button"
      aria-pressed={chosen}
      aria-label={`${plainText(machineName)}: ${count} ${state}`}
      title={`${count} ${state}: ${plainText(names)}${count > 8 ? ', …' : ''}`}
      onClick={() => (chosen ? choose(null, null) : choose(machine, state))}
      className={`flex min-h-6 flex-wrap items-center gap-x-[2px] rounded px-0.5 hover:bg-hover aria-pressed:bg-chosen ${markColour[state]}`}
    >
      {Array.from({ length: count }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: identical ticks have no identity of their own
        <svg key={index} viewBox="0 0 12 12" width="10" height="10" fill="currentColor" aria-hidden="true">
          <use href={`#tick-${state}`} />
        </svg>
      ))}
    </button>
  )
})

/** The shapes, once; every tick refers to them. */
export function TickShapes({ states }: { states: readonly AgentState[] }) {
  return (
    <svg width="0" height="0" className="absolute" aria-hidden="true">
      <defs>
        {states.map((state) => (
          <g key={state} id={`tick-${state}`}>
            {shapes[state]}
          </g>
        ))}
      </defs>
    </svg>
  )
}
