import { standing } from '../../lib/evidence/log-memory.ts'
import { type LogView, provenCheckpoint } from '../../lib/evidence/log-view.ts'

const figure = (value: number) => value.toLocaleString('en-US')
const entries = (count: number) => `${figure(count)} ${count === 1 ? 'entry' : 'entries'}`

interface Total {
  readonly count: number
  readonly exact: boolean
}

/**
 * What the page opens with: how many answer, where something is asked; else whether the log can be believed, and how far.
 * `size` is what the list was read with. A contradiction comes before any answer.
 */
export function leadSentence(
  view: LogView,
  size: number,
  asked: { readonly total: Total | null; readonly refused: boolean } | null,
): string {
  if (asked === null || view.kind === 'contradicted') return logSentence(view, size)
  const all = Math.max(size, view.log?.size ?? 0)
  if (asked.refused) return 'This query has no answer'
  if (asked.total === null) return `Asking ${entries(all)}`
  const { count, exact } = asked.total
  if (count === 0) return `None of ${entries(all)} answers`
  return `${exact ? '' : 'About '}${figure(count)} of ${entries(all)} ${count === 1 ? 'answers' : 'answer'}`
}

function logSentence(view: LogView, size: number): string {
  const proven = Math.min(provenCheckpoint(view)?.size ?? 0, Math.max(size, view.log?.size ?? 0))
  const all = Math.max(size, view.log?.size ?? 0)
  switch (view.kind) {
    case 'contradicted': {
      const places = standing(view.memory)
      const where = places.length === 1 ? ` at ${places[0]?.place}` : ` at ${places.length} places`
      return `CONTRADICTED${where}: this log does not say what it said before`
    }
    case 'proven':
      if (all === 0) return 'Nothing is logged yet'
      return proven >= all
        ? `All ${entries(all)} proven`
        : `${entries(proven)} proven, ${figure(all - proven)} pending`
    case 'unsealed':
      return all === 0 ? 'Nothing is logged yet' : `${entries(all)} pending: no checkpoint is signed yet`
    case 'unable':
      return `${entries(all)}, none checked: this address is not secure`
    case 'unreachable':
      return `${entries(all)}, not checked: the log does not answer`
    case 'asking':
      return all === 0 ? 'Nothing is logged yet' : `Checking ${entries(all)}`
  }
}
