import { decodeHash } from '../base64.ts'
import { base64url } from '../base64url.ts'
import { tryHeader } from '../entry.ts'
import { leafHash } from '../merkle/hashes.ts'
import { checkSelection } from '../merkle/selection.ts'
import type { Checkpoint } from '../notes/checkpoint.ts'
import { createClaimCheck } from './claims.ts'
import type { DisclosedEntry, Disclosure } from './disclosure.ts'
import { type Contradiction, contradiction } from './verdict.ts'

/** One entry of a share after it was checked. */
export interface JudgedEntry {
  readonly seq: number
  readonly state: 'proven' | 'contradicted'
  readonly contradictions: readonly Contradiction[]
}

export interface JudgedRows {
  readonly entries: readonly JudgedEntry[]
  /** Those of single entries first. */
  readonly contradictions: readonly Contradiction[]
  /** A range scope, and every header of it is here and proven. */
  readonly complete: boolean
}

/** Whether the entries of a share stand in the tree it was frozen at, and show what their headers commit to. */
export const judgeRows = (disclosure: Disclosure, frozen: Checkpoint): JudgedRows => {
  const { entries, range } = disclosure
  const own = judgeEach(disclosure)
  const proven = stand(disclosure, frozen)
  const whole = range === null || isWhole(entries, range)
  const shared = proven ? [] : [notThere(disclosure)]
  const missing = whole
    ? []
    : [contradiction('range', 'entries', 'these are not all the entries of the range')]
  const judged = entries.map(({ seq }, index): JudgedEntry => {
    const contradictions = [...(own[index] ?? []), ...shared]
    return { seq, state: contradictions.length === 0 ? 'proven' : 'contradicted', contradictions }
  })
  return {
    entries: judged,
    contradictions: [...own.flat(), ...shared, ...missing],
    complete: range !== null && whole && judged.every(({ state }) => state === 'proven'),
  }
}

/** Each row against its own leaf and header: tells which one was changed, whatever the root says. */
const judgeEach = ({ entries, redacted }: Disclosure): Contradiction[][] => {
  const claims = createClaimCheck(redacted)
  const encoder = new TextEncoder()
  return entries.map((row) => {
    const bytes = encoder.encode(row.header)
    const found = claims.check(row, tryHeader(row.header))
    if (base64url.encode(leafHash(bytes)) !== row.leaf)
      found.unshift(contradiction('inclusion', `entry ${row.seq}`, 'the log holds another header here'))
    return found
  })
}

/** Anything that does not decode is too short for a hash, and refused as such. */
const nothing = new Uint8Array()

const stand = ({ entries, proof }: Disclosure, { size, root }: Checkpoint): boolean =>
  checkSelection(
    entries.map(({ seq }) => seq),
    entries.map(({ leaf }) => base64url.decode(leaf) ?? nothing),
    size,
    proof.map((text) => decodeHash(text) ?? nothing),
    root,
  )

const isWhole = (
  entries: readonly DisclosedEntry[],
  { from, to }: NonNullable<Disclosure['range']>,
): boolean => entries.length === to - from && entries.every(({ seq }, index) => seq === from + index)

const notThere = ({ kind }: Disclosure): Contradiction =>
  kind === 'range'
    ? contradiction('range', 'entries', 'the checkpoint does not have exactly these entries here')
    : contradiction('inclusion', 'entries', 'the checkpoint does not contain these entries here')
