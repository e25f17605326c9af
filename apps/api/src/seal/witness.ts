import { notes } from '@watchbill/ledger'
import type { IngestWrite } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { formatHash, proveConsistency } from '../log/proofs.ts'
import { readWitnesses, type WitnessRow } from '../log/store.ts'
import { type OutboundAnswer, OutboundError } from '../outbound/outbound.ts'
import { readNewestCheckpoint } from './store.ts'

export type WitnessDeps = Pick<Deps, 'dbFor' | 'ingest' | 'now' | 'outbound'>

/** A witness that failed is asked again no sooner, ms. */
const patienceMs = 60_000
const timeoutMs = 10_000
/** C2SP signed-note allows lines of several kB (ML-DSA); a witness has few keys. */
const limitBytes = 64 * 1024

type Newest = NonNullable<Awaited<ReturnType<typeof readNewestCheckpoint>>>

/** Asks every witness that has not cosigned the newest checkpoint yet (C2SP tlog-witness). Returns how many did now. */
export const askWitnesses = async (deps: WitnessDeps, workspace: string): Promise<number> => {
  const { outbound } = deps
  if (!outbound) return 0
  const db = deps.dbFor(workspace)
  const witnesses = await readWitnesses(db, workspace)
  if (witnesses.length === 0) return 0
  const newest = await readNewestCheckpoint(db, workspace)
  if (newest === null) return 0
  const due = witnesses.filter((witness) => isDue(witness, newest, deps.now()))
  const answers = await Promise.all(due.map((witness) => askWitness(deps, workspace, newest, witness)))
  return answers.filter(Boolean).length
}

const isDue = ({ latestSize, failure, askedAt }: WitnessRow, newest: Newest, now: number): boolean => {
  if (latestSize >= newest.size) return false
  return failure === null || askedAt === null || now - askedAt >= patienceMs
}

const askWitness = async (
  deps: WitnessDeps,
  workspace: string,
  newest: Newest,
  witness: WitnessRow,
): Promise<boolean> => {
  const { name } = witness
  try {
    const line = await cosign(deps, workspace, newest, witness)
    const [stored] = await deps.ingest(
      lineWrite(workspace, newest, name, line, deps.now()),
      stateWrite(workspace, name, newest.size, null, deps.now()),
    )
    return stored === 1
  } catch (error) {
    const failure =
      error instanceof WitnessError || error instanceof OutboundError ? error.message : 'unknown failure'
    await deps.ingest(stateWrite(workspace, name, null, failure, deps.now()))
    return false
  }
}

/** Why a witness did not cosign, in one sentence. */
class WitnessError extends Error {
  override readonly name = 'WitnessError'
}

/** It is asked twice at most: after a 409 with the size it says it is at. */
const cosign = async (
  deps: WitnessDeps,
  workspace: string,
  newest: Newest,
  witness: WitnessRow,
): Promise<string> => {
  let old = Math.min(witness.latestSize, newest.size)
  let answer = await submit(deps, workspace, newest, witness, old)
  if (answer.status === 409) {
    old = readSize(answer)
    if (old > newest.size) {
      throw new WitnessError(
        `it has seen ${old} entries of this log, more than there are: this database is an older one`,
      )
    }
    answer = await submit(deps, workspace, newest, witness, old)
  }
  if (answer.status !== 200) throw new WitnessError(refusals[answer.status] ?? `it answered ${answer.status}`)
  return readLine(newest.note, witness, answer.text)
}

const refusals: Readonly<Record<number, string>> = {
  400: 'it could not read the request',
  403: 'it does not know the key that signed: give it the verifier key of this log',
  404: 'it does not know this log: give it the origin and the verifier key',
  409: 'it is asked by others at the same time',
  422: 'it has seen another history of this log than the one here',
  503: 'it is not ready',
}

const submit = async (
  { dbFor, outbound }: WitnessDeps,
  workspace: string,
  { size, note }: Newest,
  { url }: WitnessRow,
  old: number,
): Promise<OutboundAnswer> => {
  if (!outbound) throw new WitnessError('nobody can be asked from here')
  const proof = old === 0 ? [] : await proveConsistency(dbFor(workspace), workspace, old, size)
  const body = [`old ${old}`, ...proof.map(formatHash), '', note].join('\n')
  return outbound.post(`${url.replace(/\/$/, '')}/add-checkpoint`, {
    contentType: 'text/plain; charset=utf-8',
    body,
    timeoutMs,
    limitBytes,
  })
}

const readSize = ({ contentType, text }: OutboundAnswer): number => {
  const [, size] = /^(0|[1-9]\d{0,15})\n?$/.exec(text) ?? []
  if (size === undefined || !contentType?.startsWith('text/x.tlog.size')) {
    throw new WitnessError('it refused, and did not say which size it is at')
  }
  return Number(size)
}

/** TRUST BOUNDARY: of what it answers only a line by its own key over this very checkpoint is kept. */
const readLine = async (note: string, { vkey }: WitnessRow, text: string): Promise<string> => {
  const key = notes.parseVerifierKey(vkey)
  if (key === null) throw new WitnessError('its key is not a verifier key')
  for (const line of text
    .split('\n')
    .filter((one) => one.startsWith(`— ${key.name} `))
    .slice(0, 16)) {
    const parsed = notes.parseNote(notes.addSignatures(note, [line]))
    if (parsed === null) continue
    const { verified, refused } = await notes.verifyNote(parsed, [key])
    if (refused === null && verified.length > 0) return line
  }
  throw new WitnessError('its answer holds no signature of its key over this checkpoint')
}

const lineWrite = (
  workspace: string,
  { epoch, size }: Newest,
  witness: string,
  line: string,
  now: number,
): IngestWrite => ({
  table: 'cosignatures',
  sql: `INSERT INTO cosignatures (workspace_id, epoch, size, witness, line, received_at) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT DO NOTHING`,
  args: [workspace, epoch, size, witness, line, now],
})

const stateWrite = (
  workspace: string,
  name: string,
  size: number | null,
  failure: string | null,
  now: number,
): IngestWrite => ({
  table: 'witnesses',
  sql: `UPDATE witnesses SET latest_size = coalesce(?, latest_size), failure = ?, asked_at = ?
    WHERE workspace_id = ? AND name = ?`,
  args: [size, failure, now, workspace, name],
})
