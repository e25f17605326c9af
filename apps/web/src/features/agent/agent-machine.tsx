'use client'

import { useQuery } from '@tanstack/react-query'
import type { AgentDetail } from '@watchbill/contract/agents'
import type { Machine } from '@watchbill/contract/machines'
import type { ReactNode } from 'react'
import { useApi } from '../../lib/api.ts'
import { useNow } from '../../lib/clock.ts'
import { isPast } from '../../lib/server-clock.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { Section } from '../../ui/section.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { machinesQuery } from './queries.ts'

/** The machine the agent runs on, and what its daemon says of itself. */
export function AgentMachine({ agent }: { agent: AgentDetail }) {
  const { data } = useQuery(machinesQuery(useApi()))
  const machine = data?.machines.find((one) => one.id === agent.machine.id)
  return (
    <Section label="Machine" aside={machine && `${machine.agentCount} on it`}>
      <dl className="grid grid-cols-[8rem_minmax(0,1fr)] gap-y-1.5 px-4 py-2.5">
        <Fact name="Name">
          <UntrustedText text={agent.machine.name} />
        </Fact>
        <Fact name="Agent first seen">
          <AbsoluteTime at={agent.firstSeenAt} />
        </Fact>
        <Fact name="Last received">
          <AbsoluteTime at={agent.receivedAt} />
        </Fact>
        {machine !== undefined && <DaemonFacts machine={machine} />}
      </dl>
    </Section>
  )
}

function DaemonFacts({ machine }: { machine: Machine }) {
  const now = useNow()
  const reporting = machine.reporting && !isPast(machine.staleAt, now)
  return (
    <>
      <Fact name="Daemon">
        <StateMark state={reporting ? 'pass' : 'fail'} word={reporting ? 'reports' : 'silent'} />, heard{' '}
        <RelativeTime at={machine.lastSeenAt} />
      </Fact>
      <Fact name="Version">
        <UntrustedText text={machine.daemonVersion} />
        {machine.daemonStartedAt !== null && (
          <>
            , started <RelativeTime at={machine.daemonStartedAt} />
          </>
        )}
      </Fact>
      <Fact name="System">
        <UntrustedText text={machine.os} /> <UntrustedText text={machine.arch} />
      </Fact>
      <Fact name="Looked at">
        <Folders machine={machine} />
      </Fact>
      {machine.unread.length > 0 && (
        <Fact name="Not understood">
          {machine.unread.map((one) => (
            <span key={one.what} className="block">
              <span className="figures">{one.count}</span> × <UntrustedText text={one.what} />
            </span>
          ))}
        </Fact>
      )}
    </>
  )
}

const folderMark = { found: 'pass', absent: 'idle', unreadable: 'unreadable' } as const

function Folders({ machine }: { machine: Machine }) {
  if (machine.lookedAt.length === 0) return <span className="text-muted">–</span>
  return machine.lookedAt.map((folder) => (
    <span key={`${folder.runtime} ${folder.path}`} className="flex flex-wrap gap-x-2">
      <StateMark state={folderMark[folder.state]} word={folder.state} />
      <UntrustedText code text={folder.path} />
      {folder.sessionCount !== null && (
        <span className="text-muted">
          {folder.sessionCount} {folder.sessionCount === 1 ? 'session' : 'sessions'}
        </span>
      )}
      {folder.reason !== null && <UntrustedText text={folder.reason} />}
    </span>
  ))
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </>
  )
}
