import { notes } from '@watchbill/ledger'
import type { Contradictions } from './contradictions.ts'
import { meetsQuorum, type Policy } from './policy.ts'
import type { Report } from './report.ts'
import type { TrustedKeys } from './trusted-keys.ts'

/** Who signed a checkpoint, and which of the reader's witnesses cosigned it. */
export interface Signatures {
  readonly signed: Report['signed']
  readonly witnessed: Report['witnessed']
  /** The key that is taken to be the log's; null when none that is known signed. */
  readonly vkey: string | null
}

/** A known key whose signature does not hold spoils the note (C2SP signed-note); an unknown one says nothing. */
export const checkSignatures = async (
  note: string,
  { candidates, pinned }: TrustedKeys,
  policy: Policy | null,
  found: Contradictions,
): Promise<Signatures> => {
  const logs = await notes.verifyNote(note, candidates)
  const witnesses = await notes.verifyNote(note, [...(policy?.witnesses.values() ?? [])])
  if (logs.refused === 'signature')
    found.add('checkpoint', 'signature', 'a line claims a known key of the log, and that key did not sign')
  const byPinned = logs.verified.find(({ text }) => pinned?.has(text))
  const key = byPinned ?? logs.verified[0] ?? null
  const texts = new Set(witnesses.verified.map(({ text }) => text))
  return {
    vkey: key?.text ?? null,
    signed: {
      by: key === null ? null : notes.fingerprintOf(key.text),
      pinned: pinned === null ? 'not asked' : byPinned === undefined ? 'no' : 'yes',
    },
    witnessed: {
      count: texts.size,
      of: policy?.witnesses.size ?? 0,
      names: witnesses.verified.map(({ name }) => name),
      enough: policy === null ? null : meetsQuorum(policy, texts),
    },
  }
}
