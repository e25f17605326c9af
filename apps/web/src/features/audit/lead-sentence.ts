import { standing } from '../../lib/evidence/log-memory.ts'
import { type LogView, provenCheckpoint } from '../../lib/evidence/log-view.ts'

const entries = (count: number) => `${count.toLocaleString('en-US')} ${count === 1 ? 'entry' : 'entries'}`

/** What the page opens with: whether the log can be believed, and how far. `size` is what the list was read with. */
export function leadSentence(view: LogView, size: number): string {
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
        : `${entries(proven)} proven, ${(all - proven).toLocaleString('en-US')} pending`
    case 'unsealed':
      return all === 0 ? 'Nothing is logged yet' : `${entries(all)} pending: no checkpoint is signed yet`
    case 'unable':
      return `${entries(all)}, none checked: this address is not secure`
    case 'unreachable':
      return `${entries(all)}, not checked: the log does not answer`
    case 'asking':
      return all === 0 ? 'Nothing is logged yet' : `${entries(all)}; checking them now`
  }
}
