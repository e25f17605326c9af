import { evidence, notes } from '@watchbill/ledger'
import type { Policy } from './policy.ts'

/** Which keys may have signed a log, and which of them the reader chose. */
export interface TrustedKeys {
  readonly candidates: readonly notes.VerifierKey[]
  /**
   * Texts of keys that the reader named, else of the one seen with this log before (trust on first use); null when there is
   * neither.
   */
  readonly pinned: ReadonlySet<string> | null
}

export interface KeyHints {
  readonly origin: string
  /** `--key`: a verifier key, or the fingerprint of one. */
  readonly pin: string | null
  readonly policy: Policy | null
  /** Key that was seen with this log before. */
  readonly remembered: string | null
  /** What came with the log, one key a line; anybody could have put it there. */
  readonly offered: string | null
}

const isFingerprint = (text: string): boolean => /^[A-Za-z0-9_-]{43}$/.test(text)

/** Whether `--key` is either of the two; anything else was asked wrongly. */
export const isPin = (text: string): boolean => isFingerprint(text) || notes.parseVerifierKey(text) !== null

/** A key that only came along is a candidate where nothing better is known, and is then said not to be pinned. */
export const gatherKeys = ({ origin, pin, policy, remembered, offered }: KeyHints): TrustedKeys => {
  const lines = [remembered ?? '', ...(offered ?? '').split('\n').slice(0, 1000)].map((line) =>
    line.trim().replace(/^log /, ''),
  )
  const known = [...(pin === null ? [] : [pin]), ...lines].flatMap(
    (text) => notes.parseVerifierKey(text) ?? [],
  )
  const all = [...known, ...(policy?.logs ?? [])].filter(
    ({ name, algorithm }) => evidence.maySign(name, origin) && algorithm === 'ed25519',
  )
  const chosen = all.filter(
    ({ text }) =>
      text === pin ||
      (pin !== null && isFingerprint(pin) && notes.fingerprintOf(text) === pin) ||
      policy?.logs.some((key) => key.text === text) === true,
  )
  const asked = pin !== null || (policy !== null && policy.logs.length > 0)
  const seen = remembered === null ? null : new Set([remembered])
  return { candidates: unique(all), pinned: asked ? new Set(chosen.map(({ text }) => text)) : seen }
}

/**
 * The keys that the reader's own lead to, along entries each proven under one that is trusted by then (SECURITY "Log,
 * sealer, keys, restore"): after a rotation or a restore these count as the reader's own.
 */
export const followKeys = async (
  { candidates, pinned }: TrustedKeys,
  keyPath: string | null,
): Promise<TrustedKeys> => {
  if (pinned === null || keyPath === null) return { candidates, pinned }
  const own = candidates.filter(({ text }) => pinned.has(text))
  const { keys } = await evidence.acceptKeys(own, evidence.parseKeyPath(keyPath))
  return {
    candidates: unique([...candidates, ...keys]),
    pinned: new Set([...pinned, ...keys.map(({ text }) => text)]),
  }
}

const unique = (keys: readonly notes.VerifierKey[]): notes.VerifierKey[] => [
  ...new Map(keys.map((key) => [key.text, key])).values(),
]
