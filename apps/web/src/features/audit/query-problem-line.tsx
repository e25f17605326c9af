import { UntrustedText } from '../../ui/untrusted-text.tsx'
import type { QueryProblem } from './query-problem.ts'

/** Characters shown around the place that is wrong. */
const around = 60

/** What is wrong with a query, marked in its own text, and what would mend it. */
export function QueryProblemLine({ id, text, problem }: { id: string; text: string; problem: QueryProblem }) {
  const { detail, mend, span } = problem
  return (
    <div id={id} role="alert" className="order-last w-full text-failed">
      {span !== null && (
        <p className="wrap-anywhere text-ink">
          <code>
            <UntrustedText text={text.slice(Math.max(0, span.from - around), span.from)} max={around} />
            <mark className="border-b-2 border-failed bg-failed/10 text-ink">
              <Marked text={text.slice(span.from, span.to)} />
            </mark>
            <UntrustedText text={text.slice(span.to, span.to + around)} max={around} />
          </code>
        </p>
      )}
      <p className="mt-0.5 wrap-anywhere">
        <UntrustedText text={sentence(detail)} max={300} />{' '}
        {mend !== null && (
          <span className="text-ink">
            <UntrustedText text={mend} max={300} />
          </span>
        )}
      </p>
    </div>
  )
}

/** A place behind the text, or one that shows nothing, is marked as a space. */
function Marked({ text }: { text: string }) {
  return text === '' ? '\u00a0' : <UntrustedText text={text} max={around} />
}

const sentence = (text: string): string => {
  const begun = `${text.charAt(0).toUpperCase()}${text.slice(1)}`
  return /[.!?]$/.test(begun) ? begun : `${begun}.`
}
