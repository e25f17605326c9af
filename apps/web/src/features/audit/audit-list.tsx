// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold virtual rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in a row has the focus
'use client'

import { useCallback } from 'react'
import { useMedia } from '../../lib/media.ts'
import { VirtualRows } from '../../ui/virtual-rows.tsx'
import { column, rowGrid, rowPx } from './audit-columns.ts'
import { AuditRowLine } from './audit-row.tsx'
import type { AuditRow } from './audit-rows.ts'
import type { AgentNames } from './entry-words.tsx'
import type { RowProofs } from './row-proof.ts'

/** Height of a row here, px. */
export function useRowPx(): number {
  return useMedia('(width < 40rem)') ? rowPx.narrow : rowPx.wide
}

/** The entries as a table of which only the rows in view are in the document, newest first. */
export function AuditList({
  rows,
  proofs,
  names,
  count,
  rowIndexOf,
  old,
  at,
  reveal,
  peeked,
  q,
  open,
  more,
}: {
  rows: readonly AuditRow[]
  proofs: RowProofs
  names: AgentNames
  /** Rows there are in all, for those who hear the table; -1 where nobody knows. */
  count: number
  /** Which of them a row is, from 1. */
  rowIndexOf: (row: AuditRow, index: number) => number
  /** Rows of what was asked before, until the answer is here. */
  old: boolean
  /** Row the keyboard is on; -1 for none. */
  at: number
  reveal: number | null
  peeked: number | null
  q: string | null
  open: (seq: number) => void
  /** Fetches the next page; null when there is none to fetch now. */
  more: (() => unknown) | null
}) {
  const height = useRowPx()
  const heightOf = useCallback(() => height, [height])
  const end = useCallback(() => void more?.(), [more])
  return (
    <div
      role="table"
      aria-label="Entries"
      aria-rowcount={count < 0 ? -1 : count + 1}
      aria-busy={old}
      className={old ? 'opacity-60' : undefined}
    >
      <HeadRow />
      <div role="rowgroup">
        <VirtualRows
          rows={rows}
          heightOf={heightOf}
          keyOf={keyOf}
          reveal={reveal}
          onEnd={end}
          render={(row, index) => (
            <AuditRowLine
              row={row}
              proof={proofs.get(row.seq)}
              names={names}
              rowIndex={rowIndexOf(row, index) + 1}
              at={index === at}
              peeked={row.seq === peeked}
              q={q}
              open={() => open(row.seq)}
            />
          )}
        />
      </div>
    </div>
  )
}

const keyOf = (row: AuditRow) => String(row.seq)

const heads = [
  ['Proof', column.proof],
  ['Time', column.clock],
  ['Time', column.time],
  ['Agent', column.agent],
  ['What', column.what],
  ['Decision', column.decision],
  ['Entry', column.seq],
] as const

function HeadRow() {
  return (
    <div role="rowgroup" className="hidden sm:block">
      <div
        role="row"
        aria-rowindex={1}
        className={`h-7 border-b px-4 text-small text-muted sm:px-6 ${rowGrid}`}
      >
        {heads.map(([name, className]) => (
          <span key={className} role="columnheader" className={className}>
            {name}
          </span>
        ))}
      </div>
    </div>
  )
}
