'use client'

import { useQuery } from '@tanstack/react-query'
import type { AgentDetail } from '@watchbill/contract/agents'
import Link from 'next/link'
import { useApi } from '../../lib/api.ts'
import { useNow } from '../../lib/clock.ts'
import { useLinks } from '../../lib/links.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SourceMark } from '../../ui/source-mark.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { stateNow } from './fleet-now.ts'
import { agentQuery, agentSessionsQuery } from './queries.ts'
import { agentActivity, sessionActivity } from './sentence.ts'
import { SentenceParts } from './sentence-parts.tsx'

/** One agent beside the table: its state, sessions and values, and the way to its page. */
export default function Peek({ id, close }: { id: string; close: () => void }) {
  const { data, error } = useQuery(agentQuery(useApi(), id))
  return (
    <aside
      aria-label="Agent"
      className="print-hide fixed inset-x-0 bottom-14 z-20 h-[55dvh] overflow-y-auto border-t border-rule-strong bg-panel sm:inset-x-auto sm:top-11 sm:right-0 sm:bottom-0 sm:h-auto sm:w-[420px] sm:border-t-0 sm:border-l"
    >
      <div className="sticky top-0 flex h-10 items-center border-b bg-panel px-4">
        <Link prefetch={false} href={useLinks().agent(id)} className="flex-1">
          Open the agent’s page
        </Link>
        <button type="button" onClick={close} className="min-h-6 rounded px-2 hover:bg-hover">
          Close <kbd className="text-muted">Esc</kbd>
        </button>
      </div>
      {error !== null && <p className="p-4 text-failed">{error.message}</p>}
      {data !== undefined && <Detail agent={data.agent} />}
    </aside>
  )
}

function Detail({ agent }: { agent: AgentDetail }) {
  const now = useNow()
  const sessions = useQuery(agentSessionsQuery(useApi(), agent.id)).data?.sessions ?? []
  const links = useLinks()
  const parts = agentActivity(agent, now)
  return (
    <>
      <div className="border-b px-4 py-3">
        <h2 className="text-title font-semibold">
          <UntrustedText text={agent.name} max={80} />
        </h2>
        <p className="text-muted">
          <UntrustedText text={agent.machine.name} max={80} /> · {agent.runtime}{' '}
          <UntrustedText text={agent.version} max={40} />
        </p>
        <p className="mt-2">
          <StateMark state={stateNow(agent, now)} /> {parts.length > 0 && <SentenceParts parts={parts} />}
        </p>
      </div>
      <ul className="border-b py-1">
        {sessions.slice(0, 12).map((session) => (
          <li key={session.id} className="flex h-[26px] items-center gap-3 px-4">
            <StateMark state={session.state} />
            <Link prefetch={false} href={links.session(session.id)} className="quiet min-w-0 flex-1 truncate">
              <SentenceParts parts={sessionActivity(session, now)} max={80} />
            </Link>
            <span className="text-muted">
              <RelativeTime at={session.lastActivityAt} bare />
            </span>
          </li>
        ))}
      </ul>
      <dl className="grid grid-cols-[auto_minmax(0,1fr)] gap-x-4 px-4 py-2">
        {agent.readings.map((reading) => (
          <div key={reading.name} className="contents">
            <dt className="py-0.5 text-muted">
              <UntrustedText text={reading.name} max={60} />
            </dt>
            <dd className="py-0.5">
              <SourceMark source={reading.source} at={reading.at}>
                <UntrustedText text={reading.value === null ? null : String(reading.value)} max={120} />
                {reading.unit === null ? '' : ` ${reading.unit}`}
              </SourceMark>
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}
