'use client'

import { useQuery } from '@tanstack/react-query'
import { type AgentState, agentStates } from '@watchbill/contract/agents'
import type { Fleet } from '@watchbill/contract/fleet'
import { useQueryStates } from 'nuqs'
import { useCallback } from 'react'
import { useApi } from '../../lib/api.ts'
import { useNow } from '../../lib/clock.ts'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { AgentTable } from './agent-table.tsx'
import { AttentionRows } from './attention.tsx'
import { EmptyFleet } from './empty-fleet.tsx'
import { fleetParsers } from './filters.ts'
import type { FirstIds } from './first-snapshot.ts'
import { fleetNow } from './fleet-now.ts'
import { leadSentence, restSentence, waitingCount } from './lead-sentence.ts'
import { fleetQuery } from './queries.ts'
import { Roll, TickShapes } from './roll.tsx'
import { TabSign } from './tab-sign.tsx'
import { Totals } from './totals.tsx'

/** The fleet at five seconds' glance: sentence, who needs you, the roll, the sums, the table. */
export function FleetPage({ origin, firstIds }: { origin: string; firstIds: FirstIds }) {
  const { data: fleet, error } = useQuery(fleetQuery(useApi()))
  if (fleet === undefined) {
    return <PageHead title="Fleet" lead={error === null ? 'Reading the fleet…' : error.message} />
  }
  return fleet.agentCount === 0 ? (
    <EmptyFleet origin={origin} ids={firstIds} />
  ) : (
    <StandingFleet fleet={fleet} />
  )
}

function StandingFleet({ fleet }: { fleet: Fleet }) {
  const now = useNow()
  const as = fleetNow(fleet, now, agentStates)
  const [{ machine, state }, setUrl] = useQueryStates(fleetParsers)
  const choose = useCallback(
    (nextMachine: string | null, nextState: AgentState | null) =>
      void setUrl({ machine: nextMachine, state: nextState === null ? null : [nextState] }),
    [setUrl],
  )
  return (
    <>
      <TabSign waiting={waitingCount(fleet, as)} />
      <PageHead lead={leadSentence(fleet, as, now)}>
        <p className="mt-1 min-h-[1.125rem] text-muted">{restSentence(fleet, as)}</p>
      </PageHead>
      <AttentionRows rows={fleet.attention} count={fleet.attentionCount} />
      <Section label="The roll" aside={`${fleet.agentCount} on ${fleet.roll.length}`}>
        <TickShapes states={agentStates} />
        <div id="roll">
          <Roll groups={as.groups} machine={machine} states={state} choose={choose} />
        </div>
      </Section>
      <Section label="24 hours">
        <Totals fleet={fleet} />
      </Section>
      <AgentTable agentCount={fleet.agentCount} />
    </>
  )
}
