import { createPrivateKey, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MachineId } from '@watchbill/contract/values'
import { base64url, evidence } from '@watchbill/ledger'
import * as z from 'zod/mini'
import { syncFolder, writeAtomic } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'
import type { ChainHead, Draft } from './chain.ts'

const Bytes32 = z.string().check(z.regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/))

/**
 * The Ed25519 key made at enrolment (SECURITY "Producers"). The seed never leaves this file: not to the control plane,
 * which knows the public half, nor into a log or an argument.
 */
const StoredKey = z.strictObject({ v: z.literal(1), machineId: MachineId, publicKey: Bytes32, seed: Bytes32 })
type StoredKey = z.infer<typeof StoredKey>

export type SealCause = 'count' | 'time' | 'session' | 'stop'

/** Signs for chains with the machine's key. */
export interface Sealer {
  /** Base64url, 32 bytes. */
  readonly publicKey: string
  /** The entry that signs for everything before `head`, which must not be empty. */
  seal(ws: string, head: ChainHead, cause: SealCause): Draft
}

/** A sealer, or why there is none: entries of this machine go unsealed then. */
export type KeyState =
  | { readonly sealer: Sealer; readonly reason: null }
  | { readonly sealer: null; readonly reason: string }

/** A key nobody holds yet; `write` binds it to the machine the control plane made of it. */
export const createMachineKey = () => {
  const seed = randomBytes(32)
  const publicKey = publicHalf(privateKeyOf(seed))
  return {
    publicKey,
    write: async (path: string, machineId: string): Promise<void> => {
      const stored: StoredKey = { v: 1, machineId, publicKey, seed: base64url.encode(seed) }
      await writeAtomic(path, `${JSON.stringify(stored, null, 2)}\n`)
      await syncFolder(dirname(path))
    },
  }
}

/** Never rejects: what is wrong with the key is said, and entries go on. */
export const readMachineKey = async (path: string, machineId: string): Promise<KeyState> => {
  try {
    if (process.platform !== 'win32' && ((await stat(path)).mode & 0o077) !== 0)
      return without('others may read the machine key, so it proves nothing')
    const stored = StoredKey.parse(JSON.parse(await readFile(path, 'utf8')))
    if (stored.machineId !== machineId) return without('the machine key belongs to an earlier enrolment')
    return { sealer: sealerOf(stored), reason: null }
  } catch (error) {
    const code = errorCode(error)
    if (code === 'ENOENT') return without('this machine has no key')
    // The words of the parser would quote the file.
    return without(
      code === null ? 'the machine key file is damaged' : `the machine key cannot be read (${code})`,
    )
  }
}

const without = (reason: string): KeyState => ({ sealer: null, reason })

/** Throws when seed and public key do not belong together. */
const sealerOf = ({ seed, publicKey }: StoredKey): Sealer => {
  const key = privateKeyOf(base64url.decode(seed) ?? new Uint8Array())
  if (publicHalf(key) !== publicKey) throw new Error('the halves of the machine key do not belong together')
  return { publicKey, seal: (ws, head, cause) => sealDraft(key, publicKey, ws, head, cause) }
}

const sealDraft = (
  key: KeyObject,
  publicKey: string,
  ws: string,
  { producer, next, leaf }: ChainHead,
  cause: SealCause,
): Draft => {
  const pseq = next - 1
  const text = evidence.formatSealText({ ws, producer, pseq, leaf })
  const signature = base64url.encode(new Uint8Array(sign(null, text, key)))
  const payload = { pseq, leaf, key: publicKey, signature, cause }
  return { fact: null, type: 'producer.sealed', v: 1, atMs: null, agent: null, decision: null, payload }
}

/** RFC 8410: the fixed beginning of a PKCS #8 Ed25519 key, then the seed. */
const pkcs8 = Buffer.from('302e020100300506032b657004220420', 'hex')

const privateKeyOf = (seed: Uint8Array): KeyObject =>
  createPrivateKey({ key: Buffer.concat([pkcs8, seed]), format: 'der', type: 'pkcs8' })

/** Base64url, as JWK has it. */
const publicHalf = (key: KeyObject): string => createPublicKey(key).export({ format: 'jwk' }).x ?? ''
