'use client'

import { memo, use } from 'react'
import { ClockContext } from '../../lib/clock.ts'
import { plainText } from '../../lib/reveal.ts'
import type { Histogram } from './histogram-scale.ts'
import { gapWords, spanWords } from './histogram-words.ts'

/** The figures of the drawing and its gaps for those who do not see it. */
export const HistogramTable = memo(function HistogramTable({ histogram }: { histogram: Histogram }) {
  const { zone } = use(ClockContext)
  const { buckets, stepMs, gaps } = histogram
  if (buckets.length === 0) return null
  return (
    <div className="sr-only">
      <table>
        <caption>Entries over time, {zone}</caption>
        <thead>
          <tr>
            <th scope="col">Time</th>
            <th scope="col">Entries</th>
            <th scope="col">Denied</th>
            <th scope="col">Asked</th>
          </tr>
        </thead>
        <tbody>
          {buckets.map(({ at, count, denied, asked }) => (
            <tr key={at}>
              <th scope="row">{spanWords(Date.parse(at), Date.parse(at) + stepMs, zone)}</th>
              <td>{count}</td>
              <td>{denied}</td>
              <td>{asked}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {gaps.length > 0 && (
        <ul aria-label="Spans nobody watched">
          {gaps.map((gap) => (
            <li key={`${gap.kind} ${gap.machine} ${gap.from}`}>
              {gap.name === null ? 'The log' : plainText(gap.name)}: {gapWords(gap, zone)}
            </li>
          ))}
        </ul>
      )}
    </div>
  )
})
