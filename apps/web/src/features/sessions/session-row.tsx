// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold virtual rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in a row has the focus
'use client'

import type { Session } from '@watchbill/contract/sessions'
import type { MouseEvent } from 'react'
import { describeTokens, totalTokens } from '../../lib/figures.ts'
import { useLinks } from '../../lib/links.ts'
import { Quantity } from '../../ui/quantity.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { column, rowGrid } from './session-columns.ts'
import { SessionCost, SessionDoing, SessionState } from './session-values.tsx'

/** One session on one line (two on a phone). The whole row opens its peek; the link under it is the permalink. */
export function SessionRow({
  session,
  rowIndex,
  at,
  peeked,
  open,
}: {
  session: Session
  rowIndex: number
  at: boolean
  peeked: boolean
  open: () => void
}) {
  const links = useLinks()
  const press = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    open()
  }
  const shade = peeked ? 'bg-chosen' : 'hover:bg-hover'
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      aria-current={peeked ? 'true' : undefined}
      data-at={at ? '' : undefined}
      className={`relative h-14 border-b px-4 sm:h-8 sm:px-6 ${rowGrid} ${shade} data-at:before:absolute data-at:before:inset-y-0 data-at:before:left-0 data-at:before:w-[3px] data-at:before:bg-ink`}
    >
      <span role="cell" className={column.state}>
        <SessionState session={session} />
      </span>
      <span role="cell" className={column.project}>
        <a
          href={links.session(session.id)}
          onClick={press}
          className="quiet after:absolute after:inset-0 after:content-['']"
        >
          <SessionPlace session={session} />
        </a>
      </span>
      <span role="cell" className={column.doing}>
        <SessionDoing session={session} />
      </span>
      <span role="cell" className={column.agent}>
        <UntrustedText text={session.agent.name} max={40} />{' '}
        <span className="text-muted">
          <UntrustedText text={session.machine.name} max={40} />
        </span>
      </span>
      <span role="cell" className={column.model}>
        <UntrustedText text={session.model} max={40} />
      </span>
      <span role="cell" className={column.tokens}>
        <Quantity value={totalTokens(session.tokens)} kind="compact" title={describeTokens(session.tokens)} />
      </span>
      <span role="cell" className={column.cost}>
        <SessionCost session={session} />
      </span>
      <span role="cell" className={column.turns}>
        <Quantity value={session.turns} />
      </span>
      <span role="cell" className={column.active}>
        <RelativeTime at={session.lastActivityAt} bare />
      </span>
      <NarrowCell session={session} press={press} />
    </div>
  )
}

function SessionPlace({ session }: { session: Session }) {
  return (
    <>
      <UntrustedText text={session.project ?? 'no project'} max={60} />
      {session.kind === 'subagent' && <span className="text-muted"> sub-agent</span>}
      {session.branch !== null && (
        <span className="text-muted">
          {' '}
          <UntrustedText text={session.branch} max={40} />
        </span>
      )}
    </>
  )
}

/** The two lines of a phone. */
function NarrowCell({ session, press }: { session: Session; press: (event: MouseEvent) => void }) {
  const links = useLinks()
  return (
    <span role="cell" className="flex h-full flex-col justify-center gap-0.5 sm:hidden">
      <span className="flex gap-3">
        <a
          href={links.session(session.id)}
          onClick={press}
          className="quiet min-w-0 flex-1 truncate after:absolute after:inset-0 after:content-['']"
        >
          <SessionPlace session={session} />
        </a>
        <RelativeTime at={session.lastActivityAt} bare />
      </span>
      <span className="flex gap-3">
        <SessionState session={session} />
        <span className="min-w-0 flex-1 truncate">
          <SessionDoing session={session} />
        </span>
        <Quantity value={totalTokens(session.tokens)} kind="compact" title={describeTokens(session.tokens)} />
      </span>
    </span>
  )
}
