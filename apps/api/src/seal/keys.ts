import { base64url, notes } from '@watchbill/ledger'
import type { ActorRef, IngestWrite, Write } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { type Sealing, SealRefused } from './sealing.ts'
import { openSeed, sealSeed } from './seed.ts'
import { type ActiveKey, readActiveKeys } from './store.ts'

/** Whatever seals acts for the installation. */
export const sealer: ActorRef = { kind: 'installation', id: 'sealer' }

type Signer = Awaited<ReturnType<typeof notes.createSigner>>

/** What a signing key belongs to. */
export interface KeyPlace {
  readonly workspace: string
  readonly name: string
  readonly origin: string
  readonly epoch: number
}

/** The write of a new signing key; its `key.added` entry follows (`announceKeys`). */
export const newKeyWrite = async (
  { masterKey }: Pick<Sealing, 'masterKey'>,
  { workspace, name, origin, epoch }: KeyPlace,
  { now, randomBytes }: Pick<Deps, 'now' | 'randomBytes'>,
): Promise<{ vkey: string; write: IngestWrite }> => {
  const seed = randomBytes(32)
  const { key } = await notes.createSigner(origin, seed, 'ed25519')
  const id = await idOf(key.publicKey)
  const sealed = await sealSeed(masterKey, { name, epoch, id }, seed, randomBytes)
  const write: IngestWrite = {
    table: 'log_keys',
    sql: `INSERT INTO log_keys (workspace_id, epoch, id, vkey, sealed_seed, added_at) VALUES (?, ?, ?, ?, ?, ?)`,
    args: [workspace, epoch, id, key.text, sealed, now()],
    expect: 1,
  }
  return { vkey: key.text, write }
}

const idOf = async (publicKey: Uint8Array): Promise<string> =>
  base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(publicKey))))

/** The place the next entry of a log takes; exact in a write, which comes before the entry in its batch. */
export const nextSeq = '(SELECT coalesce(max(seq), -1) + 1 FROM entries WHERE workspace_id = ?)'

/** Every signing key has an entry before anything is signed, so that verifiers can follow (SECURITY). */
export const announceKeys = async (
  { record }: Pick<Deps, 'record'>,
  workspace: string,
  keys: readonly ActiveKey[],
  actor: ActorRef = sealer,
): Promise<number> => {
  const silent = keys.filter(({ addedSeq }) => addedSeq === null)
  for (const { epoch, id, vkey } of silent) {
    const announced: Write = {
      sql: `UPDATE log_keys SET added_seq = ${nextSeq}
        WHERE workspace_id = ? AND epoch = ? AND id = ? AND added_seq IS NULL`,
      args: [workspace, workspace, epoch, id],
      expect: 1,
    }
    await record({ type: 'key.added', workspace, actor, data: { vkey } }, announced)
  }
  return silent.length
}

/** Who signs, and by which rows of log_keys: the rows must still be those when the checkpoint goes in. */
export interface Signers {
  readonly signers: readonly Signer[]
  /** Ids of the active keys, sorted, joined by commas. */
  readonly ids: string
}

/**
 * The keys of this epoch, and those of earlier ones that open: a reader who trusts an older key finds its signature beside
 * the newer one. Throws SealRefused when no key of this epoch opens.
 */
export const loadSigners = async (
  deps: Pick<Deps, 'dbFor'>,
  { masterKey }: Pick<Sealing, 'masterKey'>,
  { workspace, name, epoch }: Omit<KeyPlace, 'origin'>,
): Promise<Signers> => {
  const keys = await readActiveKeys(deps.dbFor(workspace), workspace)
  const own = keys.filter((key) => key.epoch === epoch)
  if (own.length === 0)
    throw new SealRefused('there is no signing key for this log: run `watchbill log continue`')
  const signers = await Promise.all(own.map((key) => signerOf(masterKey, name, key)))
  for (const key of keys.filter((one) => one.epoch < epoch)) {
    const signer = await signerOf(masterKey, name, key).catch(() => null)
    if (signer) signers.push(signer)
  }
  const ids = keys.map(({ id }) => id).sort()
  return { signers, ids: ids.join(',') }
}

const signerOf = async (masterKey: Sealing['masterKey'], name: string, key: ActiveKey): Promise<Signer> => {
  const seed = await openSeed(masterKey, { name, epoch: key.epoch, id: key.id }, key.sealedSeed)
  const vkey = notes.parseVerifierKey(key.vkey)
  if (vkey === null)
    throw new SealRefused('a signing key in the database is damaged: run `watchbill log fsck`')
  const signer = await notes.createSigner(vkey.name, seed, 'ed25519')
  if (signer.key.text !== key.vkey) {
    throw new SealRefused('a signing key in the database is not the one it says: run `watchbill log fsck`')
  }
  return signer
}
