import { evidence, notes } from '@watchbill/ledger'
import { meetsQuorum } from './policy.ts'
import type { Report } from './report.ts'
import { compareTrees } from './seen-tree.ts'
import { gatherKeys } from './trusted-keys.ts'
import type { VerifyOptions } from './verify-log.ts'

/** Lines of an export between two looks at how far it is. */
const linesAtOnce = 1000

/**
 * Checks an export (JSONL) of any length as it is read. Remembers nothing: that a newer tree extends an older one does not
 * follow from it.
 */
export const verifyExport = async (
  where: string,
  lines: AsyncIterable<string>,
  { pin, policy, memory, onProgress }: VerifyOptions,
): Promise<Report> => {
  const check = evidence.createExportCheck()
  let count = 0
  for await (const line of lines) {
    check.line(line)
    count += 1
    if (count % linesAtOnce === 0) onProgress(check.progress.entries, check.progress.of)
  }
  const head = check.head
  const said = notes.parseCheckpoint(notes.parseNote(head?.checkpoint ?? '')?.text ?? '')
  const seen = said === null ? null : await memory.read(said.origin)
  const keys = gatherKeys({
    origin: said?.origin ?? '',
    pin,
    policy,
    remembered: seen?.vkey ?? null,
    offered: head?.keys.join('\n') ?? null,
  })
  const witnesses = [...(policy?.witnesses.values() ?? [])]
  const pins = keys.pinned === null ? null : [...keys.pinned].map(notes.fingerprintOf)
  const verdict = await check.end({ keys: keys.candidates, pins, witnesses })
  const cosigned = await notes.verifyNote(head?.checkpoint ?? '', witnesses)
  const compared = seen === null || said === null ? null : compareTrees(seen, said)
  const contradictions = [...verdict.contradictions, ...(compared?.contradictions ?? [])]
  const { entries, pending, bad, firstBad } = verdict
  return {
    kind: 'export',
    where,
    origin: said?.origin ?? null,
    size: said?.size ?? null,
    consistent: contradictions.length > 0 ? 'no' : verdict.consistent,
    signed: verdict.signed,
    witnessed: {
      ...verdict.witnessed,
      enough:
        policy === null ? null : meetsQuorum(policy, new Set(cosigned.verified.map(({ text }) => text))),
    },
    freshAs: verdict.freshAs,
    seenBefore: compared?.seenBefore ?? null,
    contradictions,
    entry: null,
    counted: { entries, pending, bad, firstBad },
  }
}
