import { type Span, topTerms, withoutTerm } from '@watchbill/contract/audit-query'
import { plainText } from '../../lib/reveal.ts'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import type { QueryText } from './use-query-text.ts'

/** Names of agents and machines by id, for terms that ask by id. */
export type Names = ReadonlyMap<string, string>

/** The terms of the very text in the bar, each with a way out; those that keep entries out say "not". */
export function QueryChips({ query, names }: { query: QueryText; names: Names }) {
  const terms = topTerms(query.text, query.now)
  if (terms.length === 0) return null
  const remove = (span: Span) => query.apply(withoutTerm(query.text, span))
  return (
    <ul aria-label="Terms of the query" className="mt-2 flex flex-wrap gap-1.5">
      {terms.map(({ span, label, negated, text }) => (
        <li
          key={`${span.from} ${text}`}
          className={`flex h-6 max-w-full items-center rounded border pl-2 print:pr-2 ${negated ? 'border-dashed border-failed' : 'border-rule-strong'}`}
        >
          {negated && <span className="mr-1 text-failed">not</span>}
          <span className="truncate">
            <UntrustedText text={named(label, names).slice(0, 120)} max={120} />
          </span>
          <button
            type="button"
            aria-label={`Remove ${plainText(text)}`}
            onClick={() => remove(span)}
            className="print-hide ml-0.5 size-6 shrink-0 rounded text-muted hover:bg-hover hover:text-ink"
          >
            <span aria-hidden="true">✕</span>
          </button>
        </li>
      ))}
      <li>
        <button
          type="button"
          onClick={() => query.apply('')}
          className="print-hide h-6 px-1 text-muted underline hover:text-ink"
        >
          Clear
        </button>
      </li>
    </ul>
  )
}

const id = /^(agent|machine):((?:agt|mch)_[0-9a-f-]{36})$/

/** `agent:build-07` where the query asks by an id whose name is known. */
function named(label: string, names: Names): string {
  const [, field, found] = id.exec(label) ?? []
  const name = found === undefined ? undefined : names.get(found)
  return name === undefined ? label : `${field}:${name}`
}
