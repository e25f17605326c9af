'use client'

import { useQuery } from '@tanstack/react-query'
import type { AgentDetail } from '@watchbill/contract/agents'
import type { Session } from '@watchbill/contract/sessions'
import Link from 'next/link'
import { useApi } from '../../lib/api.ts'
import { useFreshList } from '../../lib/fresh-list.ts'
import { useLinks } from '../../lib/links.ts'
import { DataTable, HeadCell } from '../../ui/data-table.tsx'
import { Section } from '../../ui/section.tsx'
import { AgentSessionRow } from './agent-session-row.tsx'
import { agentSessionsQuery } from './queries.ts'

/** The agent's sessions, those that need a person first; the rest are a link away. */
export function AgentSessions({ agent }: { agent: AgentDetail }) {
  const links = useLinks()
  const query = useQuery(agentSessionsQuery(useApi(), agent.id))
  useFreshList(query)
  const page = query.data
  const all = links.sessions({ agent: agent.id })
  const total = page?.total ?? 0
  return (
    <Section
      label="Sessions"
      aside={
        <Link href={all} prefetch={false}>
          {total} in all
        </Link>
      }
    >
      {page === undefined || total === 0 ? (
        <p className="px-4 py-2.5 text-muted">
          {query.isError ? query.error.message : 'No session of this agent has been seen yet.'}
        </p>
      ) : (
        <SessionTable sessions={page.sessions} />
      )}
      {page !== undefined && page.sessions.length < total && (
        <p className="border-t px-4 py-2">
          <Link href={all} prefetch={false}>
            All {total} sessions
          </Link>
        </p>
      )}
    </Section>
  )
}

function SessionTable({ sessions }: { sessions: readonly Session[] }) {
  return (
    <DataTable
      label="Sessions of this agent"
      head={
        <>
          <HeadCell>State</HeadCell>
          <HeadCell>Project, model, tool in progress</HeadCell>
          <HeadCell figure>Tokens</HeadCell>
          <HeadCell figure>Input</HeadCell>
          <HeadCell figure>
            Cache
            <br />
            read
          </HeadCell>
          <HeadCell figure>
            Cache
            <br />
            write
          </HeadCell>
          <HeadCell figure>Output</HeadCell>
          <HeadCell figure>Reasoning</HeadCell>
          <HeadCell figure>Cost</HeadCell>
          <HeadCell figure>Turns</HeadCell>
          <HeadCell figure>Tools</HeadCell>
          <HeadCell figure>Failed</HeadCell>
          <HeadCell figure>Denied</HeadCell>
          <HeadCell figure>Started</HeadCell>
          <HeadCell figure>Active</HeadCell>
        </>
      }
    >
      {sessions.map((session) => (
        <AgentSessionRow key={session.id} session={session} />
      ))}
    </DataTable>
  )
}
