import type { Agent } from '@watchbill/contract/agents'
import type { Fleet } from '@watchbill/contract/fleet'

/** Rows replaced in place; the order of a list only changes when it is fetched again. */
export function patchRows<T extends { readonly id: string }>(
  rows: readonly T[],
  news: ReadonlyMap<string, T>,
): T[] {
  return rows.map((row) => news.get(row.id) ?? row)
}

/** A list is behind when a row it does not hold appeared, or one it holds moved to another state. */
export function isBehind<T extends { readonly id: string; readonly state: string }>(
  rows: readonly T[],
  news: ReadonlyMap<string, T>,
): boolean {
  const held = new Map(rows.map((row) => [row.id, row.state]))
  for (const row of news.values()) if (held.get(row.id) !== row.state) return true
  return false
}

/** The roll and the counts follow at once; sums and attention come with the next fetch. */
export function patchFleet(fleet: Fleet, news: ReadonlyMap<string, Agent>): Fleet {
  if (news.size === 0) return fleet
  const counts = { ...fleet.counts }
  const roll = fleet.roll.map((group) => ({
    ...group,
    agents: group.agents.map((tick) => {
      const agent = news.get(tick.id)
      if (agent === undefined) return tick
      counts[tick.state] -= 1
      counts[agent.state] += 1
      return { id: tick.id, name: agent.name, state: agent.state, staleAt: agent.staleAt }
    }),
  }))
  return { ...fleet, counts, roll }
}

/** Rows by id. */
export const byId = <T extends { readonly id: string }>(rows: readonly T[]): ReadonlyMap<string, T> =>
  new Map(rows.map((row) => [row.id, row]))
