import { base64url } from '../base64url.ts'
import { canonicalize } from '../canonical.ts'
import { checkDisclosure, checkPayload, commitPayload } from '../commitment.ts'
import { formatHeader, parseHeader, tryHeader } from '../entry.ts'
import { EntryError } from '../entry-error.ts'
import { JsonError } from '../json-error.ts'
import { parseJson } from '../parse-json.ts'
import { differ, readVector, type VectorCheck } from './vector-reading.ts'

/** Invalid documents are named after the reason of their refusal. */
export const checkJson: VectorCheck = ({ name, valid, bytes }) => {
  const reason = reasonOf(() => parseJson(bytes))
  if (!valid) return differ(reason, name.split('-')[0])
  if (reason !== 'none') return `refused: ${reason}`
  const value = parseJson(bytes)
  return differ(parseJson(canonicalize(value)), value)
}

export const checkEntry: VectorCheck = ({ name, valid, bytes }) => {
  const reason = reasonOf(() => parseHeader(bytes))
  // What is no UTF-8 decodes to U+FFFD, which no header holds.
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const read = differ(tryHeader(text), valid ? parseHeader(bytes) : null)
  if (read !== null) return `as text: ${read}`
  if (!valid) return differ(reason, name.split('-')[0])
  return reason === 'none' ? differ(formatHeader(parseHeader(bytes)), bytes) : `refused: ${reason}`
}

interface PayloadVector {
  readonly payload: Record<string, unknown>
  readonly salt: string
  readonly commit: string
}

export const checkPayloadVector: VectorCheck = ({ name, valid, bytes }) => {
  const { payload, salt: text, commit } = readVector<PayloadVector>(bytes)
  const salt = base64url.decode(text) ?? new Uint8Array()
  if (checkPayload({ commit }, payload, salt) !== valid) return valid ? 'does not hold' : 'holds'
  const fault = name.split('-')[0]
  if (!valid)
    return fault === 'commit'
      ? null
      : differ(
          reasonOf(() => commitPayload(payload, salt)),
          fault,
        )
  const { members } = commitPayload(payload, salt)
  const shown = members.map(({ name, value, key }) => ({ name, value, key }))
  return checkDisclosure({ commit }, shown) ? null : 'its disclosure does not hold'
}

const reasonOf = (work: () => unknown): string => {
  try {
    work()
  } catch (error) {
    if (error instanceof EntryError || error instanceof JsonError) return error.reason
    throw error
  }
  return 'none'
}
