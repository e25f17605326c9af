import { base64 } from '../base64.ts'

/** One vector: `valid` is the folder it lies in. Null when it comes out as it says, else what is wrong. */
export type VectorCheck = (file: OpenedVector) => string | null | Promise<string | null>

export interface OpenedVector {
  readonly name: string
  readonly valid: boolean
  readonly bytes: Uint8Array
}

/** The vectors are our own: their shape is what the check says it is. */
export const readVector = <T>(bytes: Uint8Array): T => JSON.parse(new TextDecoder().decode(bytes))

export const unbase64 = (text: string): Uint8Array => {
  const bytes = base64.decode(text)
  if (bytes === null) throw new Error('the vector is not base64')
  return bytes
}

/** Null when both print alike, keys in any order. */
export const differ = (made: unknown, expected: unknown): string | null => {
  const [left, right] = [print(made), print(expected)]
  return left === right ? null : `made ${left}, expected ${right}`
}

const print = (value: unknown): string =>
  JSON.stringify(value, (_, part: unknown) => {
    if (part instanceof Uint8Array) return base64.encode(part)
    if (typeof part !== 'object' || part === null || Array.isArray(part)) return part
    return Object.fromEntries(Object.entries(part).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
