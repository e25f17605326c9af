import type { SessionFormat } from '@watchbill/runtimes'
import type { Log } from '../log.ts'
import type { CursorStore } from './cursor-store.ts'
import type { EventDoor } from './event-door.ts'
import type { Installation } from './installation.ts'
import type { Surroundings } from './roots.ts'

export interface CollectorOptions {
  readonly formats: readonly SessionFormat[]
  readonly surroundings: Surroundings
  readonly store: CursorStore
  /** False: no file watching, the sweeps find everything. */
  readonly watch?: boolean
  readonly now: () => number
  readonly log: Log
  /** Takes the events of the rows; without it they are read for what they add up to only. */
  readonly events?: EventDoor
  /** Something about this installation is new. */
  readonly changed: (installation: Installation) => void
}
