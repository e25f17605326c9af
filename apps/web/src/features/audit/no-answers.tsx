'use client'

import { topTerms, withoutTerm } from '@watchbill/contract/audit-query'
import { plainText } from '../../lib/reveal.ts'
import { Empty } from '../../ui/empty.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { timeAsked, withLast } from './query-edit.ts'
import type { QueryText } from './use-query-text.ts'

/** What was searched without an answer, and what would widen it. */
export function NoAnswers({
  query,
  searched,
  error,
  pending,
}: {
  query: QueryText
  /** Entries searched; null before anything was. */
  searched: number | null
  error: Error | null
  pending: boolean
}) {
  if (query.broken)
    return <Said title="This query cannot be read">What is wrong stands under the query, at its place.</Said>
  if (error !== null)
    return (
      <Said title="There is no answer to this query">{<UntrustedText text={error.message} max={300} />}</Said>
    )
  if (pending) return <Said title="Searching…" />
  return (
    <Said title="No entry answers">
      <p>
        {searched === null ? 'The log' : `${searched.toLocaleString('en-US')} entries`} searched for{' '}
        <code className="wrap-anywhere">
          <UntrustedText text={query.q} max={200} />
        </code>
        .
      </p>
      <Wider query={query} />
    </Said>
  )
}

function Said({ title, children }: { title: string; children?: React.ReactNode }) {
  return (
    <div className="px-4 sm:px-6">
      <Empty title={title}>{children}</Empty>
    </div>
  )
}

/** Each term left out by itself, and all time. */
function Wider({ query }: { query: QueryText }) {
  const q = query.q ?? ''
  const terms = topTerms(q, query.now)
  const { min, max } = timeAsked(q, query.now)
  const ways = terms.map(({ span, text }) => ({ name: text, q: withoutTerm(q, span) }))
  return (
    <ul className="mt-3 space-y-1" aria-label="What would widen it">
      {(min !== null || max !== null) && terms.length > 1 && (
        <li>
          <Way name="Search all time" go={() => query.apply(withLast(q, null))} />
        </li>
      )}
      {ways.slice(0, 8).map(({ name, q: wider }) => (
        <li key={name}>
          <Way name={`Leave out ${plainText(name).slice(0, 120)}`} go={() => query.apply(wider)} />
        </li>
      ))}
    </ul>
  )
}

function Way({ name, go }: { name: string; go: () => void }) {
  return (
    <button type="button" onClick={go} className="min-h-6 text-left text-working underline">
      {name}
    </button>
  )
}
