import { merkle, notes } from '@watchbill/ledger'
import { type CheckpointStore, type Held, logId } from './checkpoint-store.ts'
import { type CosignRequest, parseRequest } from './request.ts'

export interface WitnessOptions {
  readonly store: CheckpointStore
  readonly signer: notes.Signer
  /** Keys of the log with this origin; empty for a log that is not trusted. Asked for every request. */
  readonly keysOf: (origin: string) => Promise<readonly notes.VerifierKey[]>
  /** ms since the epoch. */
  readonly now: () => number
}

export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422
  readonly contentType: string
  readonly body: string
}

export interface Witness {
  /** C2SP tlog-witness `add-checkpoint`, from the body of the request. */
  addCheckpoint(body: Uint8Array): Promise<WitnessAnswer>
  /** The newest checkpoint of a log by `logId`, for monitors; null when none was cosigned. */
  readCheckpoint(id: string): Promise<string | null>
}

/** Cosigns what a log signed and what extends all it cosigned of that log before, and remembers before it answers. */
export const createWitness = (options: WitnessOptions): Witness => {
  const lines = new Map<string, Promise<unknown>>()
  /** One at a time per log, so that of two requests with the same old size only the second pays for a 409. */
  const inTurn = <T>(id: string, work: () => Promise<T>): Promise<T> => {
    const turn = (lines.get(id) ?? Promise.resolve()).then(work, work)
    const settled = turn.catch(() => {})
    lines.set(id, settled)
    void settled.then(() => lines.get(id) === settled && lines.delete(id))
    return turn
  }
  return {
    addCheckpoint: async (body) => {
      const request = parseRequest(body)
      if (request === null) return plain(400, 'the request is not an add-checkpoint request')
      const judged = await judgeSource(options, request)
      return typeof judged === 'string'
        ? inTurn(request.origin, () => judgeGrowth(options, request, judged))
        : judged
    },
    readCheckpoint: async (id) => (await options.store.read(id))?.note ?? null,
  }
}

/** The checkpoint with one line of each trusted key: what strangers added below is not worth keeping. */
const judgeSource = async (
  { keysOf }: WitnessOptions,
  { note, origin, oldSize, size }: CosignRequest,
): Promise<WitnessAnswer | string> => {
  const keys = await keysOf(origin)
  if (keys.length === 0) return plain(404, 'this log is not known here')
  const { verified } = await notes.verifyNote(note, keys)
  if (verified.length === 0) return plain(403, 'no trusted key of this log signed the checkpoint')
  if (oldSize > size) return plain(400, 'the old size is above the size of the checkpoint')
  const lines = verified.flatMap(
    (key) => note.signatures.find(({ name, keyId }) => name === key.name && keyId === key.keyId) ?? [],
  )
  return `${note.text}\n${lines.map(({ line }) => `${line}\n`).join('')}`
}

const judgeGrowth = async (
  options: WitnessOptions,
  request: CosignRequest,
  signed: string,
): Promise<WitnessAnswer> => {
  const { oldSize, proof, origin, size, root } = request
  const held = await options.store.read(logId(origin))
  const latest = readHeld(held, origin)
  if (oldSize !== latest.size) return conflict(latest.size)
  const begins = size > 0 || merkle.sameHash(root, merkle.rootOf(merkle.emptyFrontier))
  if (!begins || !merkle.checkConsistency(oldSize, size, proof, latest.root, root)) {
    return plain(422, 'the checkpoint is not proven to extend the one cosigned before')
  }
  return cosign(options, request, signed, held)
}

/** Persisted first: a witness that answered and forgot could cosign a fork (C2SP tlog-witness). */
const cosign = async (
  { store, signer, now }: WitnessOptions,
  { note, origin }: CosignRequest,
  signed: string,
  held: Held | null,
): Promise<WitnessAnswer> => {
  const line = await notes.cosignLine(note.text, signer, Math.floor(now() / 1000))
  const id = logId(origin)
  if (await store.put(id, held?.step ?? 0, `${signed}${line}\n`)) {
    return { status: 200, contentType: 'text/plain; charset=utf-8', body: `${line}\n` }
  }
  return conflict(readHeld(await store.read(id), origin).size)
}

/** Throws when what was kept cannot be read: then nothing may be cosigned for this log until a person looked. */
const readHeld = (held: Held | null, origin: string): { size: number; root: Uint8Array } => {
  if (held === null) return { size: 0, root: merkle.rootOf(merkle.emptyFrontier) }
  const parsed = notes.parseNote(held.note)
  const checkpoint = parsed === null ? null : notes.parseCheckpoint(parsed.text)
  if (checkpoint === null || checkpoint.origin !== origin)
    throw new Error(`the checkpoint kept for ${JSON.stringify(origin)} is damaged`)
  return checkpoint
}

const conflict = (size: number): WitnessAnswer => ({
  status: 409,
  contentType: 'text/x.tlog.size',
  body: `${size}\n`,
})

const plain = (status: WitnessAnswer['status'], text: string): WitnessAnswer => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  body: `${text}\n`,
})
