'use client'

import { useQuery } from '@tanstack/react-query'
import { useApi } from '../../lib/api.ts'
import { AgentComponents } from './agent-components.tsx'
import { AgentHead } from './agent-head.tsx'
import { AgentMachine } from './agent-machine.tsx'
import { AgentNative } from './agent-native.tsx'
import { AgentReadings } from './agent-readings.tsx'
import { AgentSessions } from './agent-sessions.tsx'
import { AgentStateMachine } from './agent-state-machine.tsx'
import { agentQuery } from './queries.ts'
import { RibbonSection } from './ribbon-section.tsx'

/** Everything known of one agent: its sentence, its last day, its sessions, its values with source and age. */
export function AgentPage({ id }: { id: string }) {
  const { data, error } = useQuery(agentQuery(useApi(), id))
  if (data === undefined) {
    return <p className="px-4 py-6 sm:px-6">{error === null ? 'Reading the agent…' : error.message}</p>
  }
  const { agent } = data
  return (
    <>
      <AgentHead agent={agent} />
      <RibbonSection id={id} />
      <AgentStateMachine machineState={agent.machineState} />
      <AgentComponents components={agent.components} />
      <AgentSessions agent={agent} />
      <AgentReadings agent={agent} />
      <AgentNative agent={agent} />
      <AgentMachine agent={agent} />
    </>
  )
}
