import { base64url, evidence, notes } from '@watchbill/ledger'
import type { ReadDb } from '../db/open.ts'
import type { IngestWrite } from '../db/write.ts'
import { readMachineKeys } from '../identity/machine-keys.ts'
import type { ReadEntry } from './read-entries.ts'

/** What the `producer.sealed` entries of a batch come to. */
export interface SealVerdict {
  /** By producer: everything below this pseq was signed for by its machine's key. */
  readonly sealed: ReadonlyMap<string, number>
  /** Seals that do not hold, each with why. They stay in the log, as evidence, and move nothing. */
  readonly refused: readonly RefusedSeal[]
}

export interface RefusedSeal {
  readonly producer: string
  /** Number of the seal entry itself. */
  readonly pseq: number
  readonly reason: SealFault
}

/**
 * withheld: its payload was not sent. place: it does not sign for the entry right before it. key: not a key of this
 * machine. signature: the key did not sign this.
 */
export type SealFault = 'withheld' | 'place' | 'key' | 'signature'

/**
 * Checks every seal among entries about to be taken in. TRUST BOUNDARY: leaf and place come from the header's own `prev`,
 * which the chain was checked against, never from the payload alone. Reads the machine's keys only when there is a seal.
 */
export const checkSeals = async (
  db: ReadDb,
  workspace: string,
  owner: string,
  fresh: readonly ReadEntry[],
): Promise<SealVerdict> => {
  const seals = fresh.filter(({ header }) => header.type === 'producer.sealed')
  if (seals.length === 0) return { sealed: new Map(), refused: [] }
  const keys = await readMachineKeys(db, workspace, owner)
  const sealed = new Map<string, number>()
  const refused: RefusedSeal[] = []
  for (const { header, opened } of seals) {
    const { producer, pseq } = header
    const payload = opened === null ? null : readPayload(opened.payload)
    const reason = payload === null ? 'withheld' : await faultOf(header, payload, keys)
    if (reason !== null) refused.push({ producer, pseq, reason })
    else sealed.set(producer, Math.max(pseq, sealed.get(producer) ?? 0))
  }
  return { sealed, refused }
}

interface Seal {
  readonly pseq: unknown
  readonly leaf: unknown
  readonly key: unknown
  readonly signature: unknown
}

/** The schema of the type was applied when the entry was read; what does not fit it here fits no key either. */
const readPayload = (text: string): Seal => {
  const value: Partial<Seal> = JSON.parse(text)
  const { pseq = null, leaf = null, key = null, signature = null } = value
  return { pseq, leaf, key, signature }
}

const faultOf = async (
  { ws, producer, pseq, prev }: ReadEntry['header'],
  seal: Seal,
  keys: ReadonlySet<string>,
): Promise<SealFault | null> => {
  if (seal.pseq !== pseq - 1 || seal.leaf !== prev) return 'place'
  if (typeof seal.key !== 'string' || !keys.has(seal.key)) return 'key'
  const [key, signature] = [base64url.decode(seal.key), bytesOf(seal.signature)]
  if (key === null || signature === null) return 'signature'
  const text = evidence.formatSealText({ ws, producer, pseq: pseq - 1, leaf: prev })
  return (await notes.verifySignature(key, text, signature)) ? null : 'signature'
}

const bytesOf = (value: unknown): Uint8Array | null =>
  typeof value === 'string' ? base64url.decode(value) : null

/** Lands in the batch that stores the entries; a seal never moves back. */
export const sealWrites = (workspace: string, { sealed }: SealVerdict): IngestWrite[] =>
  [...sealed].map(([producer, pseq]) => ({
    table: 'producers',
    sql: `UPDATE producers SET sealed_pseq = max(coalesce(sealed_pseq, 0), ?)
      WHERE workspace_id = ? AND id = ?`,
    args: [pseq, workspace, producer],
    expect: 1,
  }))

/** Data of the control plane's `producer.seal.refused` entry: at most 100 places by name. */
export const refusedSeals = (owner: string, refused: readonly RefusedSeal[]) => ({
  owner,
  count: refused.length,
  places: refused.slice(0, 100).map(({ producer, pseq }) => `${producer} ${pseq}`),
  reasons: refused.slice(0, 100).map(({ reason }) => reason),
})
