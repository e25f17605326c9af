import type { Place } from './cursor.ts'
import type { Installation } from './installation.ts'
import type { Telling } from './tail.ts'

/** Where the events of session files go. `file` is a digest of where the file lies. */
export interface EventDoor {
  /** Nothing can be made durable just now: files wait. */
  readonly blocked: string | null
  /** Finds out whether that has passed. */
  retry(): Promise<boolean>
  /** Up to where this file's events were told; null: as far as its own cursor says. */
  told(file: string): Place | null
  /** Resolves when the telling is durable; rejects with SpoolBlocked when it cannot be, with nothing of it taken. */
  tell(installation: Installation, file: string, telling: Telling): Promise<void>
  /** The file's cursor is stored as far as this. */
  settled(file: string, offset: number): void
}
