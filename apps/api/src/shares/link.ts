import { Fault } from '@watchbill/contract/fault'
import { base64url, evidence, notes } from '@watchbill/ledger'
import type { Deps } from '../deps.ts'
import { readKeys } from '../log/store.ts'
import type { Frozen } from './scope.ts'

/** The whole link: the token, and in the fragment, which no server gets to see, what its reader pins. Throws Fault `conflict`. */
export const formatLink = async (
  { dbFor, config }: Pick<Deps, 'dbFor' | 'config'>,
  workspace: string,
  token: string,
  frozen: Frozen,
): Promise<string> => {
  const rows = await readKeys(dbFor(workspace), workspace)
  const keys = rows.flatMap(({ vkey }) => notes.parseVerifierKey(vkey) ?? [])
  const { verified } = await notes.verifyNote(frozen.note, keys)
  // A key of the log's own epoch rather than one kept for readers who trust an older one; the newest of them.
  const key = verified.findLast(({ name }) => name === frozen.origin) ?? verified.at(-1)
  const checkpoint = notes.parseCheckpoint(notes.parseNote(frozen.note)?.text ?? '')
  if (key === undefined || checkpoint === null) throw unsigned()
  const pin = {
    vkeyHash: notes.fingerprintOf(key.text),
    size: checkpoint.size,
    root: base64url.encode(checkpoint.root),
  }
  return `${config.publicUrl}/s/${token}${evidence.formatPin(pin)}`
}

const unsigned = () =>
  new Fault('conflict', 'No key of this log signed its newest checkpoint, so a link could prove nothing.', {
    mend: 'Run `watchbill log fsck`: it names every place that was lost or changed.',
  })
