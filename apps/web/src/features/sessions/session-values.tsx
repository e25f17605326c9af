'use client'

import type { Session } from '@watchbill/contract/sessions'
import { useNow } from '../../lib/clock.ts'
import { sessionStateBy } from '../../lib/state-by-clock.ts'
import { Quantity } from '../../ui/quantity.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SourceMark } from '../../ui/source-mark.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'

/** The state by the clock; "ended (inferred)" where it was concluded from something else. */
export function SessionState({ session }: { session: Session }) {
  const state = sessionStateBy(session, useNow())
  const { stateSource: source } = session
  return source === 'inferred' ? (
    <StateMark state={state} word={`${state} (inferred)`} />
  ) : (
    <StateMark state={state} source={source} />
  )
}

/** What it waits for or runs, and since when; nothing for a session at rest. */
export function SessionDoing({ session }: { session: Session }) {
  const { waiting, tool } = session
  if (waiting !== null) {
    const asked = waiting.request ?? waiting.tool
    return (
      <span className="text-waiting">
        <UntrustedText code={asked !== null} text={asked ?? waiting.detail ?? waiting.kind} max={60} />{' '}
        <RelativeTime at={waiting.since} bare />
      </span>
    )
  }
  if (tool === null) return null
  return (
    <>
      <UntrustedText code text={tool.request ?? tool.name} max={60} />{' '}
      {tool.since !== null && (
        <span className="text-muted">
          <RelativeTime at={tool.since} bare />
        </span>
      )}
    </>
  )
}

/** An estimate is inferred from prices; what the runtime said is reported. */
export function SessionCost({ session }: { session: Session }) {
  if (session.costMicroUsd === null) return <Quantity value={null} />
  return (
    <SourceMark source={session.costSource === 'estimated' ? 'inferred' : 'reported'}>
      <Quantity value={session.costMicroUsd} kind="cost" />
    </SourceMark>
  )
}
