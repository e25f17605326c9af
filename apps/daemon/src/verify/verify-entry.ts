import { evidence, notes, parseHeader } from '@watchbill/ledger'
import { meetsQuorum } from './policy.ts'
import type { Report } from './report.ts'
import { compareTrees } from './seen-tree.ts'
import { gatherKeys } from './trusted-keys.ts'
import type { VerifyOptions } from './verify-log.ts'

/**
 * Checks one entry file (`.tlog-proof`): the entry stands in the signed log, and the disclosed members are what its header
 * commits to. Remembers nothing: whether a newer tree extends an older one does not follow from one entry.
 */
export const verifyEntryFile = async (
  where: string,
  bytes: Uint8Array,
  { pin, policy, memory }: VerifyOptions,
): Promise<Report> => {
  const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
  const file = evidence.parseEntryFile(text)
  const note = file === null ? null : notes.parseNote(file.checkpoint)
  const said = note === null ? null : notes.parseCheckpoint(note.text)
  const seen = said === null ? null : await memory.read(said.origin)
  const keys = gatherKeys({
    origin: said?.origin ?? '',
    pin,
    policy,
    remembered: seen?.vkey ?? null,
    offered: null,
  })
  const witnesses = [...(policy?.witnesses.values() ?? [])]
  const pins = keys.pinned === null ? null : [...keys.pinned].map(notes.fingerprintOf)
  const verdict = await evidence.verifyEntry(text, { keys: keys.candidates, pins, witnesses })
  const compared = seen === null || said === null ? null : compareTrees(seen, said)
  const contradictions = [...verdict.contradictions, ...(compared?.contradictions ?? [])]
  const cosigned = await notes.verifyNote(note ?? '', witnesses)
  return {
    kind: 'entry',
    where,
    origin: said?.origin ?? null,
    size: said?.size ?? null,
    consistent: contradictions.length > 0 ? 'no' : verdict.consistent,
    signed: verdict.signed,
    witnessed: {
      ...verdict.witnessed,
      enough: policy === null ? null : meetsQuorum(policy, new Set(cosigned.verified.map((key) => key.text))),
    },
    freshAs: verdict.freshAs,
    seenBefore: compared?.seenBefore ?? null,
    contradictions,
    entry:
      file === null ? null : { seq: file.index, header: parseHeader(file.header), members: file.members },
  }
}
