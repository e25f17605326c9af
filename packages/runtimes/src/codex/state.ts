import type { FileState } from '../file.ts'
import type { Totals } from './usage.ts'

/** What was learnt from one rollout so far. */
export interface CodexFile extends FileState {
  /** Own `session_meta` was read. A foreign one before it means that copied history comes first. */
  own: boolean
  foreign: boolean
  forkedFrom: string | null
  /** Rows numbered below belong to the thread this one was forked off. */
  firstOrdinal: number
  totals: Totals | null
  records: boolean
  tasks: boolean
  oneShot: boolean
  prompts: number
  /** Earliest known thread of the family of forks: call ids are unique within it. */
  root: string | null
  /** A failure of this turn was told. */
  failing: boolean
  /** Compactions by the three rows that may tell of the same one. */
  compactions: [rows: number, events: number, items: number]
}
