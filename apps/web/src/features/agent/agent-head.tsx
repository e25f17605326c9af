'use client'

import { useQuery } from '@tanstack/react-query'
import type { AgentDetail } from '@watchbill/contract/agents'
import Link from 'next/link'
import { useApi } from '../../lib/api.ts'
import { useNow } from '../../lib/clock.ts'
import { useLinks } from '../../lib/links.ts'
import { useOrigin } from '../../lib/origin.ts'
import { curlCommand } from '../../lib/program-url.ts'
import { agentStateBy } from '../../lib/state-by-clock.ts'
import { CopyButton } from '../../ui/copy-button.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { agentHistoryQuery } from './queries.ts'
import { heldSinceMs, ribbonRuns } from './ribbon.ts'
import { SkewNotice } from './skew-notice.tsx'
import { type Part, stateSentence } from './state-sentence.ts'

/** Who this is, and the sentence that says what it does right now. */
export function AgentHead({ agent }: { agent: AgentDetail }) {
  const now = useNow()
  const links = useLinks()
  const state = agentStateBy(agent, now)
  const sinceMs = useHeldSince(agent.id, state)
  return (
    <PageHead
      title={
        <>
          <Link href={links.fleet()} prefetch={false} className="quiet">
            Fleet
          </Link>
          {' / '}
          <UntrustedText text={agent.name} /> on <UntrustedText text={agent.machine.name} />
        </>
      }
      lead={<Sentence parts={stateSentence(agent, state, now, sinceMs)} />}
    >
      <p className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1">
        <StateMark state={state} />
        <span className="text-muted">
          health {agent.health}
          {agent.healthReason !== null && ': '}
          {agent.healthReason !== null && <UntrustedText text={agent.healthReason} />}
        </span>
        <span className="text-muted">
          seen <RelativeTime at={agent.observedAt} />
        </span>
        <Link href={links.audit({ q: `agent:${agent.id}` })} prefetch={false}>
          What it did, in the log
        </Link>
        <AgentCopies id={agent.id} />
      </p>
      <SkewNotice skewMs={agent.skewMs} reportedAt={agent.reportedAt} />
    </PageHead>
  )
}

/** Since when the state holds, as far as the last day tells. */
function useHeldSince(id: string, state: AgentDetail['state']): number | null {
  const { data } = useQuery(agentHistoryQuery(useApi(), id))
  return data === undefined ? null : heldSinceMs(ribbonRuns(data.buckets, data.stepMs), state)
}

function Sentence({ parts }: { parts: readonly Part[] }) {
  return parts.map((part, index) =>
    part.kind === 'words' ? (
      part.text
    ) : (
      <UntrustedText
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never move
        key={index}
        text={part.text}
        max={120}
        code={part.kind === 'command'}
      />
    ),
  )
}

function AgentCopies({ id }: { id: string }) {
  const origin = useOrigin()
  const links = useLinks()
  return (
    <span className="flex gap-2">
      <CopyButton text={curlCommand(origin, `/v1/agents/${id}`, {})} label="this agent as curl">
        Copy as curl
      </CopyButton>
      <CopyButton text={`${origin}${links.agent(id)}`} label="a link to this agent">
        Copy link
      </CopyButton>
    </span>
  )
}
