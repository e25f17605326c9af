// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold virtual rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the grid has the focus, aria-activedescendant names the row
'use client'

import { useInfiniteQuery, useQueries } from '@tanstack/react-query'
import { useRouter } from 'next/navigation'
import { useQueryStates } from 'nuqs'
import { lazy, memo, Suspense, useCallback, useMemo, useRef, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { useFreshList } from '../../lib/fresh-list.ts'
import { useLinks } from '../../lib/links.ts'
import { useMedia } from '../../lib/media.ts'
import { VirtualRows } from '../../ui/virtual-rows.tsx'
import { columns, heights } from './columns.ts'
import { fleetParsers, isFiltered, toAgentsQuery } from './filters.ts'
import { agentSessionsQuery, agentsQuery } from './queries.ts'
import { type FleetRow, fleetRows, openAgents } from './rows.ts'
import { TableHead } from './table-head.tsx'
import { rowElementId, TableRow } from './table-row.tsx'
import { Toolbar } from './toolbar.tsx'
import { useTableKeys } from './use-table-keys.ts'

const Peek = lazy(() => import('./peek.tsx'))

const keyOf = (row: FleetRow) => row.id

/** Every agent with its sessions; only the rows in view are in the document. */
export const AgentTable = memo(function AgentTable({ agentCount }: { agentCount: number }) {
  const api = useApi()
  const [url, setUrl] = useQueryStates(fleetParsers)
  const list = useInfiniteQuery({
    ...agentsQuery(api, toAgentsQuery(url)),
    // A new filter keeps the old rows until its own are here: no jump.
    placeholderData: (before) => before,
  })
  const behind = useFreshList(list)
  const agents = useMemo(() => list.data?.pages.flatMap((page) => page.agents) ?? [], [list.data])
  const total = list.data?.pages[0]?.total ?? 0
  const open = useMemo(() => openAgents(url.open, agents, total), [url.open, agents, total])
  const inside = useSessionsOf(open)
  const insideBehind = useFreshList(inside)
  const rows = useMemo(() => fleetRows(agents, open, inside.sessionsOf), [agents, open, inside.sessionsOf])
  const heightOf = useHeights()
  const grid = useRef<HTMLDivElement>(null)
  const at = rows.findIndex((row) => row.id === url.at)
  const [moved, setMoved] = useState(0)

  const select = useCallback((id: string) => void setUrl({ at: id }), [setUrl])
  const toggle = useCallback(
    (agent: string) =>
      void setUrl({ open: [...(open.has(agent) ? without(open, agent) : [...open, agent])] }),
    [setUrl, open],
  )
  useKeyActions({ rows, at, select, toggle, onMove: () => setMoved((count) => count + 1) })

  return (
    <>
      <Toolbar
        url={url}
        setUrl={setUrl}
        total={total}
        fresh={isFiltered(url) ? 0 : Math.max(0, agentCount - total)}
        behind={behind || insideBehind}
        refresh={() => {
          void list.refetch()
          void inside.refetch()
        }}
      />
      <div
        ref={grid}
        role="treegrid"
        aria-label="Agents and their sessions"
        aria-rowcount={list.hasNextPage ? -1 : rows.length + 1}
        aria-colcount={columns.length}
        aria-activedescendant={at === -1 ? undefined : rowElementId(rows[at]?.id ?? '')}
        tabIndex={0}
        className="outline-offset-[-2px]"
      >
        <TableHead sort={url.sort ?? 'attention'} choose={(sort) => void setUrl({ sort })} />
        {rows.length === 0 && !list.isPending && <NoMatch clear={() => void setUrl(noFilters)} />}
        <VirtualRows
          rows={rows}
          heightOf={heightOf}
          keyOf={keyOf}
          onEnd={() => list.hasNextPage && !list.isFetchingNextPage && void list.fetchNextPage()}
          reveal={moved === 0 ? null : at}
          render={(row, index) => (
            <TableRow
              row={row}
              place={index + 2}
              selected={row.id === url.at}
              select={select}
              toggle={toggle}
            />
          )}
        />
      </div>
      {url.peek !== null && (
        <Suspense>
          <Peek id={url.peek} close={() => void setUrl({ peek: null })} />
        </Suspense>
      )}
    </>
  )
})

const noFilters = { state: null, runtime: null, machine: null, q: null }

function NoMatch({ clear }: { clear: () => void }) {
  return (
    <div role="row" className="border-b px-6 py-6">
      <div role="gridcell">
        No agent matches these filters.{' '}
        <button type="button" className="underline" onClick={clear}>
          Show all
        </button>
      </div>
    </div>
  )
}

const without = (ids: ReadonlySet<string>, id: string) => [...ids].filter((one) => one !== id)

function useHeights() {
  const phone = useMedia('(width < 40rem)')
  return useCallback(
    (row: FleetRow) => {
      if (row.kind === 'agent') return phone ? heights.agentPhone : heights.agent
      return phone ? heights.sessionPhone : heights.session
    },
    [phone],
  )
}

/** Sessions of the open agents, and whether some of them are behind. */
function useSessionsOf(open: ReadonlySet<string>) {
  const api = useApi()
  const ids = [...open]
  return useQueries({
    queries: ids.map((id) => agentSessionsQuery(api, id)),
    combine: (results) => ({
      sessionsOf: new Map(
        results.flatMap(({ data }, index) => {
          const id = ids[index]
          return data === undefined || id === undefined ? [] : [[id, data] as const]
        }),
      ),
      isStale: results.some((one) => one.isStale && one.data !== undefined),
      isFetching: results.some((one) => one.isFetching),
      refetch: () => Promise.all(results.filter((one) => one.isStale).map((one) => one.refetch())),
    }),
  })
}

/** What the keys do to the row they are on. */
function useKeyActions({
  rows,
  at,
  select,
  toggle,
  onMove,
}: {
  rows: readonly FleetRow[]
  at: number
  select: (id: string) => void
  toggle: (agent: string) => void
  onMove: () => void
}) {
  const [{ peek }, setUrl] = useQueryStates(fleetParsers)
  const links = useLinks()
  const router = useRouter()
  const row = rows[at]
  useTableKeys({
    move: (by) => {
      const next = rows[Math.min(Math.max(at + by, 0), rows.length - 1)]
      if (next === undefined) return
      select(next.id)
      onMove()
      if (peek !== null) void setUrl({ peek: next.agent.id })
    },
    enter: () => {
      if (row?.kind === 'agent') router.push(links.agent(row.agent.id))
      if (row?.kind === 'session') router.push(links.session(row.session.id))
    },
    peek: () => void setUrl({ peek: peek === null && row !== undefined ? row.agent.id : null }),
    fold: (open) => {
      if (row?.kind === 'agent' && row.open !== open) toggle(row.agent.id)
    },
    search: () => document.getElementById('fleet-search')?.focus(),
    permalink: () => void navigator.clipboard.writeText(window.location.href),
    escape: () => void setUrl(peek === null ? { at: null } : { peek: null }),
  })
}
