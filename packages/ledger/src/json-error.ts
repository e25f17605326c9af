/** Why a document was refused; closed, so that callers and test vectors can name the fault. */
export type JsonFaultReason =
  | 'bom'
  | 'utf8'
  | 'syntax'
  | 'surrogate'
  | 'number'
  | 'duplicate_key'
  | 'unsafe_key'
  | 'depth'
  | 'keys'
  | 'values'

/** A refused document and the place of the fault. */
export class JsonError extends Error {
  override readonly name = 'JsonError'
  readonly reason: JsonFaultReason
  /** Bytes before the fault. */
  readonly offset: number
  /** Counted from 1; lines end in LF. */
  readonly line: number
  /** Counted from 1, in Unicode code points. */
  readonly column: number
  /** RFC 6901 pointer to the innermost value that holds the fault; '' is the whole document. */
  readonly pointer: string

  constructor(reason: JsonFaultReason, detail: string, pointer: string, place: JsonPlace) {
    super(detail)
    this.reason = reason
    this.pointer = pointer
    this.offset = place.offset
    this.line = place.line
    this.column = place.column
  }
}

export interface JsonPlace {
  readonly offset: number
  readonly line: number
  readonly column: number
}

/** Where the text right before the fault ends. */
export const placeAfter = (before: string): JsonPlace => {
  let line = 1
  let lineStart = 0
  for (let at = before.indexOf('\n'); at !== -1; at = before.indexOf('\n', lineStart)) {
    line += 1
    lineStart = at + 1
  }
  let column = 1
  for (const _ of before.slice(lineStart)) column += 1
  return { offset: new TextEncoder().encode(before).length, line, column }
}

/** RFC 6901 §3: `~` is `~0`, `/` is `~1`. */
export const formatPointer = (path: readonly (string | number)[]): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')
