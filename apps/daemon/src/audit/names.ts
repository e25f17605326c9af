import type { Client } from '@watchbill/contract/client'
import type { NameOf } from './entry-line.ts'

/** Asked again for an agent that is not known yet, but not more often than this, ms. */
const againMs = 30_000

/**
 * Names of the agents that a query comes across. They are not in the log, whose headers hold ids alone; the counts beside a
 * query carry them. A name that is not to be had is no reason not to show an entry.
 */
export const createNames = (client: Client, query: string) => {
  const known = new Map<string, string>()
  let askedAt: number | null = null
  return async (agents: readonly string[]): Promise<NameOf> => {
    const missing = agents.some((agent) => !known.has(agent))
    if (missing && (askedAt === null || Date.now() - askedAt >= againMs)) {
      askedAt = Date.now()
      const facets = await client.getFacets({ query: { q: query } }).then(
        (answer) => answer.facets,
        () => [],
      )
      for (const { field, values } of facets)
        for (const { value, label } of values)
          if (field === 'agent' && value !== null && label !== null) known.set(value, label)
    }
    return (agent) => known.get(agent) ?? null
  }
}
