import { base64, decodeHash } from '../base64.ts'

/** What a log says of itself (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Names the log for good. */
  readonly origin: string
  /** Entries; below 2^53. */
  readonly size: number
  /** RFC 6962 root, 32 bytes. */
  readonly root: Uint8Array
}

/** The text of a checkpoint, to be signed. Throws RangeError for what `parseCheckpoint` would refuse. */
export const formatCheckpoint = ({ origin, size, root }: Checkpoint): string => {
  const text = `${origin}\n${size}\n${base64.encode(root)}\n`
  if (text.split('\n').length !== 4 || parseCheckpoint(text) === null)
    throw new RangeError('an origin, a size or a root is out of form')
  return text
}

/** Out of a note's text; null when it is none. Extension lines are allowed, and signed, but mean nothing here. */
export const parseCheckpoint = (text: string): Checkpoint | null => {
  const [origin = '', digits = '', encoded = '', ...rest] = text.split('\n')
  // After the last LF comes an empty piece; an empty extension line is not allowed.
  if (rest.length === 0 || rest.indexOf('') !== rest.length - 1) return null
  const size = /^(?:0|[1-9]\d{0,15})$/.test(digits) ? Number(digits) : Number.NaN
  const root = decodeHash(encoded)
  return origin !== '' && Number.isSafeInteger(size) && root !== null ? { origin, size, root } : null
}
