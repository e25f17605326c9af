// biome-ignore-all lint/a11y/useSemanticElements: a table element cannot hold virtual rows
// biome-ignore-all lint/a11y/useFocusableInteractive: the link in a row has the focus
'use client'

import type { MouseEvent } from 'react'
import { useLinks } from '../../lib/links.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { column, rowGrid } from './audit-columns.ts'
import type { AuditRow } from './audit-rows.ts'
import { instantOf } from './entry-header.ts'
import { type AgentNames, DecisionMark, EntryAgent, EntryWords } from './entry-words.tsx'
import { ProofGlyph } from './proof-glyph.tsx'
import type { RowProof } from './row-proof.ts'

interface Props {
  row: AuditRow
  proof: RowProof | undefined
  names: AgentNames
  rowIndex: number
  at: boolean
  peeked: boolean
  /** The query it answers, so that the link under it leads back to it. */
  q: string | null
  open: () => void
}

/** One entry on one line (two on a phone). The whole row opens its panel; the link under it is the permalink. */
export function AuditRowLine(props: Props) {
  const { row, proof, names, rowIndex, at, peeked } = props
  const wrong = proof?.mark === 'contradicted'
  const shade = peeked ? 'bg-chosen' : wrong ? 'bg-failed/10 hover:bg-failed/15' : 'hover:bg-hover'
  const moment = row.header === null ? null : instantOf(row.header)
  return (
    <div
      role="row"
      aria-rowindex={rowIndex}
      aria-current={peeked ? 'true' : undefined}
      data-seq={row.seq}
      data-at={at ? '' : undefined}
      className={`relative h-14 border-b px-4 sm:h-8 sm:px-6 print:h-auto ${rowGrid} ${shade} data-at:before:absolute data-at:before:inset-y-0 data-at:before:left-0 data-at:before:w-[3px] data-at:before:bg-ink`}
    >
      <span role="cell" className={column.proof}>
        <ProofGlyph proof={proof} />
      </span>
      <span role="cell" className={column.clock}>
        <AbsoluteTime at={moment} clock />
      </span>
      <span role="cell" className={column.time}>
        <AbsoluteTime at={moment} />
      </span>
      <span role="cell" className={column.agent}>
        <EntryAgent row={row} names={names} />
      </span>
      <span role="cell" className={column.what}>
        <RowLink {...props} />
      </span>
      <span role="cell" className={column.decision}>
        <DecisionMark decision={row.header?.decision ?? null} />
      </span>
      <span role="cell" className={`figures text-muted ${column.seq}`}>
        {row.seq.toLocaleString('en-US')}
      </span>
      <NarrowCell {...props} moment={moment} />
    </div>
  )
}

function RowLink({ row, q, open }: Props) {
  const links = useLinks()
  const press = (event: MouseEvent) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey || event.button !== 0) return
    event.preventDefault()
    open()
  }
  return (
    <a
      href={links.entry(row.seq, q)}
      onClick={press}
      className="quiet after:absolute after:inset-0 after:content-['']"
    >
      <EntryWords row={row} brief />
    </a>
  )
}

/** The two lines of a phone. */
function NarrowCell(props: Props & { moment: string | null }) {
  const { row, proof, names, moment } = props
  return (
    <span role="cell" className="flex h-full flex-col justify-center gap-0.5 sm:hidden">
      <span className="flex gap-3">
        <span className="min-w-0 flex-1 truncate">
          <RowLink {...props} />
        </span>
        <AbsoluteTime at={moment} clock />
      </span>
      <span className="flex gap-3">
        <ProofGlyph proof={proof} />
        <span className="min-w-0 flex-1 truncate text-muted">
          <EntryAgent row={row} names={names} />
        </span>
        <DecisionMark decision={row.header?.decision ?? null} />
      </span>
    </span>
  )
}
