// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold virtual rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in a row has the focus
'use client'

import type { Session } from '@watchbill/contract/sessions'
import { useCallback } from 'react'
import { useMedia } from '../../lib/media.ts'
import { VirtualRows } from '../../ui/virtual-rows.tsx'
import type { SessionsUrl } from './filters.ts'
import { column, rowGrid, rowPx } from './session-columns.ts'
import { SessionRow } from './session-row.tsx'
import type { SetUrl } from './sessions-filters.tsx'

/** The sessions as a table of which only the rows in view are in the document. */
export function SessionList({
  rows,
  total,
  at,
  reveal,
  url,
  setUrl,
  more,
}: {
  rows: readonly Session[]
  total: number
  /** Row the keyboard is on; -1 for none. */
  at: number
  /** Row to bring into view, once, each time it changes. */
  reveal: number | null
  url: SessionsUrl
  setUrl: SetUrl
  /** Fetches the next page; null when there is none to fetch now. */
  more: (() => unknown) | null
}) {
  const narrow = useMedia('(width < 40rem)')
  const height = narrow ? rowPx.narrow : rowPx.wide
  const heightOf = useCallback(() => height, [height])
  const end = useCallback(() => void more?.(), [more])
  return (
    <div role="table" aria-label="Sessions" aria-rowcount={total + 1}>
      <HeadRow url={url} setUrl={setUrl} />
      <div role="rowgroup">
        <VirtualRows
          rows={rows}
          heightOf={heightOf}
          keyOf={keyOf}
          reveal={reveal}
          onEnd={end}
          render={(session, index) => (
            <SessionRow
              session={session}
              rowIndex={index + 2}
              at={index === at}
              peeked={session.id === url.session}
              open={() => setUrl({ session: session.id, at: session.id })}
            />
          )}
        />
      </div>
    </div>
  )
}

const keyOf = (session: Session) => session.id

type Sort = NonNullable<SessionsUrl['sort']>

function HeadRow({ url, setUrl }: { url: SessionsUrl; setUrl: SetUrl }) {
  const sortable = (name: string, sort: Sort, className: string) => (
    <span role="columnheader" aria-sort={url.sort === sort ? 'descending' : 'none'} className={className}>
      <button
        type="button"
        className="hover:underline aria-pressed:font-semibold aria-pressed:text-ink"
        aria-pressed={url.sort === sort}
        onClick={() => setUrl({ sort: url.sort === sort ? null : sort })}
      >
        {name}
        {url.sort === sort && <span aria-hidden="true"> ↓</span>}
      </button>
    </span>
  )
  const plain = (name: string, className: string) => (
    <span role="columnheader" className={className}>
      {name}
    </span>
  )
  return (
    <div role="rowgroup" className="hidden sm:block">
      <div
        role="row"
        aria-rowindex={1}
        className={`h-7 border-y px-4 text-small text-muted sm:px-6 ${rowGrid}`}
      >
        {plain('State', column.state)}
        {plain('Project', column.project)}
        {plain('Doing', column.doing)}
        {plain('Agent', column.agent)}
        {plain('Model', column.model)}
        {sortable('Tokens', 'tokens', column.tokens)}
        {sortable('Cost', 'cost', column.cost)}
        {plain('Turns', column.turns)}
        {sortable('Active', 'activity', column.active)}
      </div>
    </div>
  )
}
