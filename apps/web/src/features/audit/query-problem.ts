import { type Span, tryQuery } from '@watchbill/contract/audit-query'
import { Fault } from '@watchbill/contract/fault'

/** Why a query has no answer: what is wrong, where in its text, and what would mend it. */
export interface QueryProblem {
  readonly detail: string
  readonly mend: string | null
  readonly span: Span | null
}

/** What the grammar says of a text; null when it can be read. `now`: ms, for relative times. */
export function problemOf(text: string, now: number): QueryProblem | null {
  const read = tryQuery(text, now)
  if ('query' in read) return null
  const { detail, mend, span } = read.error
  return { detail, mend, span }
}

const pointer = /^query\.q:(\d{1,5})-(\d{1,5})$/

/** What the server says of it: a name it cannot resolve, a question that costs too much, an outage. */
export function refusalOf(error: Error): QueryProblem {
  if (!(error instanceof Fault)) return { detail: error.message, mend: null, span: null }
  const placed = error.errors.find((one) => pointer.test(one.pointer))
  const [, from, to] = pointer.exec(placed?.pointer ?? '') ?? []
  const span = from === undefined || to === undefined ? null : { from: Number(from), to: Number(to) }
  return { detail: placed?.detail ?? error.message, mend: error.mend, span }
}
