'use client'

import { useQuery } from '@tanstack/react-query'
import type { HistoryBucket } from '@watchbill/contract/agents'
import { use, useState } from 'react'
import { useApi } from '../../lib/api.ts'
import { ClockContext } from '../../lib/clock.ts'
import { formatClock, formatDuration } from '../../lib/duration.ts'
import { formatCompact } from '../../lib/figures.ts'
import { Section } from '../../ui/section.tsx'
import { agentHistoryQuery } from './queries.ts'
import { type RibbonRun, type RibbonState, ribbonRuns, stepState, timeInState } from './ribbon.ts'
import { RibbonChart } from './ribbon-chart.tsx'
import { ribbonShape } from './ribbon-patterns.tsx'
import { RibbonTable } from './ribbon-table.tsx'

const ribbonWords = (state: RibbonState) => (state === 'unseen' ? 'nobody looked' : state)

/** The last 24 hours: what the agent did, hatched where nobody looked; by pointer, by keys, and as a table. */
export function RibbonSection({ id }: { id: string }) {
  const history = useQuery(agentHistoryQuery(useApi(), id))
  const { zone } = use(ClockContext)
  const [chosen, setChosen] = useState<number | null>(null)
  if (history.data === undefined) {
    const why = history.isError
      ? `The history could not be read: ${history.error.message}`
      : 'Reading the history…'
    return (
      <Section label="24 hours">
        <p className="px-4 py-2.5 text-muted">{why}</p>
      </Section>
    )
  }
  const { buckets, stepMs, from, to } = history.data
  const runs = ribbonRuns(buckets, stepMs)
  const step = Math.min(chosen ?? buckets.length - 1, buckets.length - 1)
  const said = describeStep(buckets[step], stepMs, zone)
  const window = { fromMs: Date.parse(from), toMs: Date.parse(to), steps: buckets.length }
  return (
    <Section label="24 hours" aside={`a step is ${formatDuration(stepMs)}`}>
      <div className="px-4 pt-4 pb-3">
        {buckets.length > 0 && (
          <RibbonChart runs={runs} window={window} step={step} said={said} onStep={setChosen} />
        )}
        <p className="figures mt-1">{said}</p>
        <Legend runs={runs} />
      </div>
      <RibbonTable runs={runs} />
    </Section>
  )
}

/** `10:05 to 10:10: working, 3 snapshots, 12k tokens`. */
export function describeStep(bucket: HistoryBucket | undefined, stepMs: number, zone: string): string {
  if (bucket === undefined) return 'No history yet'
  const end = new Date(Date.parse(bucket.at) + stepMs).toISOString()
  const when = `${formatClock(bucket.at, zone)} to ${formatClock(end, zone)}`
  const state = stepState(bucket)
  if (state === 'unseen') return `${when}: nobody looked, so nobody knows`
  const seen = `${bucket.count} ${bucket.count === 1 ? 'snapshot' : 'snapshots'}`
  const tokens = bucket.tokens === null ? '' : `, ${formatCompact(bucket.tokens)} tokens`
  return `${when}: ${state}, ${seen}${tokens}`
}

function Legend({ runs }: { runs: readonly RibbonRun[] }) {
  return (
    <ul aria-label="Time in each state" className="mt-2 flex flex-wrap gap-x-5 gap-y-1 text-small text-muted">
      {timeInState(runs).map(({ state, ms }) => {
        const { y, height, fill, colour } = ribbonShape[state]
        return (
          <li key={state} className="flex items-center gap-1.5">
            <svg width="18" height="14" viewBox="0 18 18 14" aria-hidden="true" className={colour}>
              <rect x="0" width="18" y={y} height={height} fill={fill} />
            </svg>
            <span>{ribbonWords(state)}</span>
            <span className="figures">{formatDuration(ms)}</span>
          </li>
        )
      })}
    </ul>
  )
}
