import type { LogEpoch, LogKey, RangeProof, SignedCheckpoint, Witness } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import type { Deps } from '../deps.ts'
import { instant, instantOrNull } from '../identity/instant.ts'
import { formatHash, proveConsistency, proveRange } from '../log/proofs.ts'
import { type LogState, readEpochs, readKeys, readLogOrEmpty, readWitnesses } from '../log/store.ts'
import { viewCheckpoint } from '../log/views.ts'
import { proveKeys } from './key-proofs.ts'

type Readers = Pick<Deps, 'dbFor'>

/** Against the newest checkpoint unless `size` is said. Throws Fault `invalid_request`, `conflict`. */
export const getRangeProof = async (
  { dbFor }: Readers,
  workspace: string,
  from: number,
  to: number,
  asked: number | null,
): Promise<RangeProof> => {
  const db = dbFor(workspace)
  const state = await readLogOrEmpty(db, workspace)
  const size = asked ?? sealedSize(state)
  if (from >= to) throw misordered('from', 'from must be below to')
  if (asked !== null && to > size) throw misordered('to', 'to must be at most size')
  requireSize(size, state)
  if (to > size) throw tooFar(to, size)
  const hashes = await proveRange(db, workspace, from, to, size)
  return { from, to, size, hashes: hashes.map(formatHash) }
}

/** To the newest checkpoint unless `to` is said. Throws Fault `invalid_request`, `conflict`. */
export const getConsistency = async (
  { dbFor }: Readers,
  workspace: string,
  from: number,
  asked: number | null,
): Promise<{ from: number; to: number; hashes: string[] }> => {
  const db = dbFor(workspace)
  const state = await readLogOrEmpty(db, workspace)
  const to = asked ?? sealedSize(state)
  if (asked !== null && from > to) throw misordered('from', 'from must be at most to')
  requireSize(to, state)
  if (from > to) throw tooFar(from, to)
  const hashes = await proveConsistency(db, workspace, from, to)
  return { from, to, hashes: hashes.map(formatHash) }
}

const sealedSize = ({ checkpoint }: LogState): number => {
  if (checkpoint !== null) return checkpoint.size
  throw new Fault('conflict', 'The log has no checkpoint yet.', {
    mend: 'Ask again once it is sealed; GET /v1/audit/log says why when it is not.',
  })
}

/** A reader that remembers more than there is holds the evidence: this refusal is not to be taken for an outage. */
const requireSize = (asked: number, { size }: LogState): void => {
  if (asked > size) throw tooFar(asked, size)
}
const tooFar = (asked: number, size: number) =>
  new Fault('conflict', `The log comes to ${size} entries here, not to ${asked}.`)

const misordered = (name: string, detail: string) =>
  new Fault('invalid_request', detail, { errors: [{ pointer: `query.${name}`, detail }] })

interface LogView {
  readonly workspace: string
  readonly origin: string | null
  readonly epoch: number
  readonly size: number
  readonly checkpoint: SignedCheckpoint | null
  readonly published: boolean
  readonly keys: LogKey[]
  readonly epochs: LogEpoch[]
  readonly witnesses: Witness[]
}

export const getLog = async ({ dbFor }: Readers, workspace: string): Promise<LogView> => {
  const db = dbFor(workspace)
  const [{ checkpoint, ...state }, keys, epochs, witnesses] = await Promise.all([
    readLogOrEmpty(db, workspace),
    readKeys(db, workspace),
    readEpochs(db, workspace),
    readWitnesses(db, workspace),
  ])
  const proofs = await proveKeys(db, workspace, keys)
  return {
    workspace,
    ...state,
    checkpoint: viewCheckpoint(checkpoint),
    keys: keys.map(({ addedAt, ...key }) => ({
      ...key,
      addedAt: instant(addedAt),
      proof: proofs.get(key.vkey) ?? null,
    })),
    epochs: epochs.map(({ oldRoot, beganAt, ...epoch }) => ({
      ...epoch,
      oldRoot: oldRoot && formatHash(new Uint8Array(oldRoot)),
      beganAt: instant(beganAt),
    })),
    witnesses: witnesses.map(({ askedAt, ...witness }) => ({ ...witness, askedAt: instantOrNull(askedAt) })),
  }
}
