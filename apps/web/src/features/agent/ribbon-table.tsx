'use client'

import { formatDuration } from '../../lib/duration.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { Cell, DataTable, HeadCell, Row } from '../../ui/data-table.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import type { RibbonRun } from './ribbon.ts'

/** The same history in words, newest first; folded until asked for. */
export function RibbonTable({ runs }: { runs: readonly RibbonRun[] }) {
  return (
    <details className="border-t">
      <summary className="px-4 py-2 text-muted hover:text-ink">As a table ({runs.length} rows)</summary>
      <DataTable
        label="The last 24 hours as a table"
        head={
          <>
            <HeadCell>State</HeadCell>
            <HeadCell>From</HeadCell>
            <HeadCell>To</HeadCell>
            <HeadCell figure>Lasted</HeadCell>
            <HeadCell figure>Snapshots</HeadCell>
          </>
        }
      >
        {[...runs].reverse().map((run) => (
          <Row key={run.fromStep}>
            <Cell>{run.state === 'unseen' ? 'nobody looked' : <StateMark state={run.state} />}</Cell>
            <Cell>
              <AbsoluteTime at={new Date(run.fromMs).toISOString()} />
            </Cell>
            <Cell>
              <AbsoluteTime at={new Date(run.toMs).toISOString()} />
            </Cell>
            <Cell figure>{formatDuration(run.toMs - run.fromMs)}</Cell>
            <Cell figure>{run.count}</Cell>
          </Row>
        ))}
      </DataTable>
    </details>
  )
}
