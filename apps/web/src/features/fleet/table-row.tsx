// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold virtual rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, aria-activedescendant names the row
'use client'

import Link from 'next/link'
import { memo, type ReactNode, use } from 'react'
import { ClockContext, useNow } from '../../lib/clock.ts'
import { formatInstant } from '../../lib/duration.ts'
import { describeTokens, totalTokens } from '../../lib/figures.ts'
import { useLinks } from '../../lib/links.ts'
import { isPast } from '../../lib/server-clock.ts'
import { Quantity } from '../../ui/quantity.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { columns, gridClass } from './columns.ts'
import { stateNow } from './fleet-now.ts'
import type { FleetRow } from './rows.ts'
import { agentActivity, sessionActivity } from './sentence.ts'
import { SentenceParts } from './sentence-parts.tsx'

export interface RowActions {
  readonly select: (id: string) => void
  readonly toggle: (agent: string) => void
}
interface RowProps<Kind extends FleetRow['kind']> extends RowActions {
  readonly row: Extract<FleetRow, { kind: Kind }>
  /** 1-based, the head is 1. */
  readonly place: number
  readonly selected: boolean
}

/** The id of a row's element, for aria-activedescendant. */
export const rowElementId = (id: string) => `row-${id.replaceAll(' ', '-')}`

export const TableRow = memo(function TableRow({ row, ...rest }: RowProps<FleetRow['kind']>) {
  if (row.kind === 'agent') return <AgentRow row={row} {...rest} />
  if (row.kind === 'session') return <SessionRow row={row} {...rest} />
  return <MoreRow row={row} {...rest} />
})

function Line({
  id,
  level,
  place,
  selected,
  open,
  select,
  className,
  children,
}: {
  id: string
  level: 1 | 2
  place: number
  selected: boolean
  open?: boolean
  select: (id: string) => void
  className: string
  children: ReactNode
}) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid itself handles the keys (j, k, Enter, space)
    <div
      role="row"
      id={rowElementId(id)}
      tabIndex={-1}
      aria-level={level}
      aria-rowindex={place}
      aria-selected={selected}
      aria-expanded={open}
      onClick={() => select(id)}
      className={`${gridClass} border-b ${selected ? 'bg-chosen forced-colors:outline' : 'hover:bg-hover'} ${className}`}
    >
      {children}
    </div>
  )
}

function Cell({ at, className = '', children }: { at: number; className?: string; children?: ReactNode }) {
  return (
    <div
      role="gridcell"
      aria-colindex={at + 1}
      className={`min-w-0 truncate ${columns[at]?.className ?? ''} ${className}`}
    >
      {children}
    </div>
  )
}

function AgentRow({ row, place, selected, select, toggle }: RowProps<'agent'>) {
  const now = useNow()
  const links = useLinks()
  const { agent } = row
  const state = stateNow(agent, now)
  return (
    <Line
      id={row.id}
      level={1}
      place={place}
      selected={selected}
      open={row.open}
      select={select}
      className="h-[52px] content-center sm:h-[32px]"
    >
      <Cell at={0} className="max-sm:row-span-2">
        <button
          type="button"
          tabIndex={-1}
          aria-label={row.open ? 'Hide sessions' : 'Show sessions'}
          onClick={() => toggle(agent.id)}
          className="flex size-6 items-center justify-center rounded text-muted hover:bg-rule"
        >
          <svg
            viewBox="0 0 10 10"
            width="9"
            height="9"
            fill="none"
            stroke="currentColor"
            strokeWidth="1.6"
            aria-hidden="true"
          >
            <path d={row.open ? 'M1.5 3.5L5 7l3.5-3.5' : 'M3.5 1.5L7 5 3.5 8.5'} />
          </svg>
        </button>
      </Cell>
      <Cell at={1} className="max-sm:hidden">
        <Known source={agent.source} at={agent.observedAt}>
          <StateMark state={state} source={agent.source} />
        </Known>
      </Cell>
      <Cell at={2}>
        <span className="mr-1.5 sm:hidden">
          <StateMark state={state} />
        </span>
        <Link prefetch={false} href={links.agent(agent.id)} className="quiet font-semibold" tabIndex={-1}>
          <UntrustedText text={agent.name} max={60} />
        </Link>
      </Cell>
      <Cell at={3} className="max-sm:order-last max-sm:text-muted">
        <SentenceParts parts={agentActivity(agent, now)} max={120} />
      </Cell>
      <Cell at={4}>
        <UntrustedText text={agent.machine.name} max={60} />
      </Cell>
      <Cell at={5} className="text-muted">
        <Counts counts={agent.sessionCounts} />
      </Cell>
      <Cell at={6} className="max-sm:order-last">
        <Quantity value={totalTokens(agent.tokens)} kind="compact" title={describeTokens(agent.tokens)} />
      </Cell>
      <Cell at={7}>
        <Quantity value={agent.costMicroUsd} kind="cost" />
      </Cell>
      <Cell at={8} className="text-muted">
        <RelativeTime at={agent.observedAt} bare />
      </Cell>
    </Line>
  )
}

/** How a state is known and since when, on hover. */
function Known({ source, at, children }: { source: string; at: string; children: ReactNode }) {
  const { zone } = use(ClockContext)
  return <span title={`${source}, ${formatInstant(at, zone)}`}>{children}</span>
}

function Counts({ counts }: { counts: Extract<FleetRow, { kind: 'agent' }>['agent']['sessionCounts'] }) {
  const open = counts.waiting + counts.working + counts.idle + counts.stale
  return (
    <span className="figures">
      {open} open<span className="text-muted"> · {counts.ended} ended</span>
    </span>
  )
}

function SessionRow({ row, place, selected, select }: RowProps<'session'>) {
  const now = useNow()
  const links = useLinks()
  const { session } = row
  const state = session.state !== 'ended' && isPast(session.staleAt, now) ? 'stale' : session.state
  return (
    <Line
      id={row.id}
      level={2}
      place={place}
      selected={selected}
      select={select}
      className="h-[48px] content-center bg-panel sm:h-[26px]"
    >
      <Cell at={0} className="max-sm:row-span-2" />
      <Cell at={1} className="max-sm:hidden">
        <Known source={session.stateSource} at={session.observedAt}>
          <StateMark state={state} source={session.stateSource} />
        </Known>
      </Cell>
      <Cell at={2}>
        <span className="mr-1.5 sm:hidden">
          <StateMark state={state} source={session.stateSource} />
        </span>
        <Link
          prefetch={false}
          href={links.session(session.id)}
          className="quiet font-mono text-[0.96em]"
          tabIndex={-1}
        >
          <UntrustedText text={shortId(session.nativeId)} max={24} />
        </Link>
      </Cell>
      <Cell at={3} className="max-sm:order-last max-sm:text-muted">
        <SentenceParts parts={sessionActivity(session, now)} max={120} />
      </Cell>
      <Cell at={4} className="text-muted">
        <UntrustedText text={session.model} max={40} />
      </Cell>
      <Cell at={5} className="text-muted">
        {session.kind === 'subagent' ? 'sub-agent' : turns(session.turns)}
      </Cell>
      <Cell at={6} className="max-sm:order-last">
        <Quantity value={totalTokens(session.tokens)} kind="compact" title={describeTokens(session.tokens)} />
      </Cell>
      <Cell at={7}>
        {session.costSource === 'estimated' && session.costMicroUsd !== null ? '~' : ''}
        <Quantity value={session.costMicroUsd} kind="cost" />
      </Cell>
      <Cell at={8} className="text-muted">
        <RelativeTime at={session.lastActivityAt} bare />
      </Cell>
    </Line>
  )
}

/** The first block of a UUID tells sessions apart; other ids are shown whole. */
const shortId = (nativeId: string) =>
  /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(nativeId) ? nativeId.slice(0, 8) : nativeId
const turns = (count: number | null) => (count === null ? '–' : count === 1 ? '1 turn' : `${count} turns`)

function MoreRow({ row, place, selected, select }: RowProps<'more'>) {
  const links = useLinks()
  return (
    <Line
      id={row.id}
      level={2}
      place={place}
      selected={selected}
      select={select}
      className="h-[48px] content-center bg-panel text-muted sm:h-[26px]"
    >
      <div role="gridcell" aria-colindex={1} className="col-span-full pl-8">
        {row.count === 0 ? (
          row.text
        ) : (
          <Link prefetch={false} href={links.sessions({ agent: row.agent.id })} tabIndex={-1}>
            {row.text}
          </Link>
        )}
      </div>
    </Line>
  )
}
