import type { Reader, Verdict } from '../evidence/index.ts'
import { parseVerifierKey, type VerifierKey } from '../notes/index.ts'

type KeyText = string | { readonly vkey: string; readonly retiredSize: number | null }

export interface ReaderText {
  readonly keys: readonly KeyText[]
  readonly pins: readonly string[] | null
  readonly witnesses: readonly string[]
}

/** The texts of a vector as a reader brings them. */
export const readReader = ({ keys, pins, witnesses }: ReaderText): Reader => ({
  keys: keys.map((key) =>
    typeof key === 'string' ? parseKey(key) : { ...parseKey(key.vkey), retiredSize: key.retiredSize },
  ),
  pins,
  witnesses: witnesses.map(parseKey),
})

export const parseKey = (text: string): VerifierKey => {
  const key = parseVerifierKey(text)
  if (key === null) throw new Error('a key of the vector does not parse')
  return key
}

/** A verdict without its words. */
export const summaryOf = ({ consistent, signed, witnessed, freshAs, contradictions }: Verdict) => ({
  consistent,
  ...signed,
  names: witnessed.names,
  of: witnessed.of,
  freshAs,
  kinds: contradictions.map(({ kind }) => kind),
})
