import type { AgentState } from '@watchbill/contract/agents'
import type { Fleet } from '@watchbill/contract/fleet'
import { isPast } from '../../lib/server-clock.ts'

type Tick = Fleet['roll'][number]['agents'][number]

/** A state as of `now`: what has fallen silent is stale, with no request. Unreadable stays unreadable. */
export function stateNow(row: { state: AgentState; staleAt: string | null }, now: number): AgentState {
  return row.state !== 'unreadable' && row.state !== 'stopped' && isPast(row.staleAt, now)
    ? 'stale'
    : row.state
}

/** One machine's agents by state, most urgent state first. */
export interface RollGroup {
  readonly machine: Fleet['roll'][number]['machine']
  readonly runs: readonly { readonly state: AgentState; readonly agents: readonly Tick[] }[]
  readonly count: number
}

/** The roll and the counts as of `now`. */
export interface FleetNow {
  readonly counts: Fleet['counts']
  readonly groups: readonly RollGroup[]
  /** Machines with at least one working agent. */
  readonly workingMachines: number
}

export function fleetNow(fleet: Fleet, now: number, order: readonly AgentState[]): FleetNow {
  const counts = { waiting: 0, failing: 0, unreadable: 0, working: 0, idle: 0, stale: 0, stopped: 0 }
  let workingMachines = 0
  const groups = fleet.roll.map(({ machine, agents }) => {
    const byState = new Map<AgentState, Tick[]>()
    for (const tick of agents) {
      const state = stateNow(tick, now)
      counts[state] += 1
      const run = byState.get(state)
      if (run === undefined) byState.set(state, [tick])
      else run.push(tick)
    }
    if (byState.has('working')) workingMachines += 1
    const runs = order.flatMap((state) => {
      const ticks = byState.get(state)
      return ticks === undefined ? [] : [{ state, agents: ticks }]
    })
    return { machine, runs, count: agents.length }
  })
  return { counts, groups, workingMachines }
}
