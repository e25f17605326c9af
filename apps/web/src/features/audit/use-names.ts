'use client'

import { useQuery } from '@tanstack/react-query'
import type { Facet } from '@watchbill/contract/audit-search'
import { useMemo } from 'react'
import { useApi } from '../../lib/api.ts'
import type { AgentNames } from './entry-words.tsx'
import { agentNamesQuery } from './queries.ts'

const nobody: AgentNames = {}

/** Names of agents with their machines for rows, and of either by id for terms of a query. */
export function useNames(facets: readonly Facet[]): {
  readonly agents: AgentNames
  readonly byId: ReadonlyMap<string, string>
} {
  const agents = useQuery(agentNamesQuery(useApi())).data ?? nobody
  const byId = useMemo(() => {
    const counted = facets.flatMap(({ values }) =>
      values.flatMap(({ value, label }) =>
        value === null || label === null ? [] : [[value, label] as const],
      ),
    )
    return new Map([...Object.entries(agents).map(([id, { name }]) => [id, name] as const), ...counted])
  }, [agents, facets])
  return { agents, byId }
}
