/** Why a header or a payload was refused; closed, so that callers and test vectors can name the fault. */
export type EntryFaultReason =
  | 'size'
  | 'json'
  | 'object'
  | 'unknown'
  | 'missing'
  | 'value'
  | 'length'
  | 'prev'
  | 'canonical'
  | 'members'
  | 'salt'

/** A refused header or payload. */
export class EntryError extends Error {
  override readonly name = 'EntryError'
  readonly reason: EntryFaultReason
  /** RFC 6901 pointer to the member at fault; '' is the whole. */
  readonly pointer: string
  constructor(reason: EntryFaultReason, detail: string, pointer = '', cause?: unknown) {
    super(detail, cause === undefined ? undefined : { cause })
    this.reason = reason
    this.pointer = pointer
  }
}
