'use client'

import type { Session } from '@watchbill/contract/sessions'
import Link from 'next/link'
import { useNow } from '../../lib/clock.ts'
import { tokenParts, totalTokens } from '../../lib/figures.ts'
import { useLinks } from '../../lib/links.ts'
import { sessionStateBy } from '../../lib/state-by-clock.ts'
import { Cell, Row } from '../../ui/data-table.tsx'
import { Quantity } from '../../ui/quantity.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { SourceMark } from '../../ui/source-mark.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'

/** One session in figures; its project opens it. */
export function AgentSessionRow({ session }: { session: Session }) {
  return (
    <Row>
      <Cell>
        <SessionState session={session} />
      </Cell>
      <Cell>
        <SessionPlace session={session} />
      </Cell>
      <Cell figure>
        <Quantity value={totalTokens(session.tokens)} kind="compact" />
      </Cell>
      {tokenParts(session.tokens).map(([name, value]) => (
        <Cell figure key={name}>
          <Quantity value={value} kind="compact" />
        </Cell>
      ))}
      <Cell figure>
        <SessionCost session={session} />
      </Cell>
      <Cell figure>
        <Quantity value={session.turns} />
      </Cell>
      <Cell figure>
        <Quantity value={session.toolCalls} />
      </Cell>
      <Cell figure>
        <Quantity value={session.toolFailures} />
      </Cell>
      <Cell figure>
        <SessionDenials session={session} />
      </Cell>
      <Cell figure>
        <RelativeTime at={session.startedAt} bare />
      </Cell>
      <Cell figure>
        <RelativeTime at={session.lastActivityAt} bare />
      </Cell>
    </Row>
  )
}

/** How often it was refused; leads to the entries that say so. */
function SessionDenials({ session: { id, denials } }: { session: Session }) {
  const links = useLinks()
  if (denials === null || denials === 0) return <Quantity value={denials} />
  return (
    <Link href={links.audit({ q: `session:${id} decision:deny` })} prefetch={false}>
      <Quantity value={denials} />
    </Link>
  )
}

/** Project and branch; below, the model and what it waits for or runs. */
function SessionPlace({ session }: { session: Session }) {
  const links = useLinks()
  return (
    <span className="whitespace-nowrap">
      <Link href={links.session(session.id)} prefetch={false}>
        <UntrustedText text={short(session.project ?? 'no project', 24)} max={60} />
      </Link>
      {session.branch !== null && (
        <span className="text-muted">
          {' '}
          <UntrustedText text={short(session.branch, 14)} max={60} />
        </span>
      )}
      <span className="block">
        {session.model !== null && (
          <span className="text-muted">
            <UntrustedText text={short(session.model, 24)} max={60} />{' '}
          </span>
        )}
        <SessionTool session={session} />
      </span>
    </span>
  )
}

/** Kept to one line; the session's peek shows the whole. */
const short = (text: string, most: number) => (text.length > most ? `${text.slice(0, most - 1)}…` : text)

/** "ended (inferred)": a state concluded from something else says so in words. */
function SessionState({ session }: { session: Session }) {
  const state = sessionStateBy(session, useNow())
  const { stateSource: source } = session
  return source === 'inferred' ? (
    <StateMark state={state} word={`${state} (inferred)`} />
  ) : (
    <StateMark state={state} source={source} />
  )
}

function SessionTool({ session }: { session: Session }) {
  const { waiting, tool } = session
  const doing = waiting ?? tool
  if (doing === null) return null
  const name = waiting === null ? tool?.name : (waiting.tool ?? waiting.detail)
  return (
    <span className={waiting === null ? undefined : 'text-waiting'}>
      <UntrustedText code text={short(doing.request ?? name ?? 'an answer', 24)} max={60} />{' '}
      <RelativeTime at={doing.since} bare />
    </span>
  )
}

/** An estimate is inferred from prices; what the runtime said is reported. */
function SessionCost({ session }: { session: Session }) {
  if (session.costMicroUsd === null) return <Quantity value={null} />
  return (
    <SourceMark source={session.costSource === 'estimated' ? 'inferred' : 'reported'}>
      <Quantity value={session.costMicroUsd} kind="cost" />
    </SourceMark>
  )
}
