/** How a stream paces itself; all ms but the buffer. */
export interface Pace {
  /** A frame follows the one before no sooner than this. */
  readonly coalesceMs: number
  /** The database is read at least this often: other processes write to it without ringing our bell. */
  readonly pollMs: number
  /** The credential is asked again at least this often. */
  readonly validMs: number
  /** A comment keeps the connection alive through proxies. */
  readonly heartbeatMs: number
  /** A reader whose buffer stays full this long is dropped; it resumes by its last id. */
  readonly drainMs: number
  /** How long the database may be away before the stream ends. */
  readonly patienceMs: number
  readonly bufferBytes: number
}

export const defaultPace: Pace = {
  coalesceMs: 100,
  pollMs: 500,
  validMs: 500,
  heartbeatMs: 15_000,
  drainMs: 10_000,
  patienceMs: 10_000,
  bufferBytes: 256 * 1024,
}
