import { base64url } from '@watchbill/ledger'
import { type MasterKey, SealRefused } from './sealing.ts'

const keyBytes = 32
const ivBytes = 12

/** Null unless the text is 32 bytes in base64url. */
export const parseMasterKey = (text: string): Uint8Array | null => {
  const bytes = base64url.decode(text.trim())
  return bytes?.length === keyBytes ? bytes : null
}

export const importMasterKey = (bytes: Uint8Array): Promise<MasterKey> =>
  crypto.subtle.importKey('raw', bufferOf(bytes), 'AES-GCM', false, ['encrypt', 'decrypt'])

/** What a sealed seed belongs to; a seed moved to another log or epoch does not open. */
export interface SeedPlace {
  readonly name: string
  readonly epoch: number
  readonly id: string
}

/** nonce ‖ ciphertext ‖ tag: 60 bytes. */
export const sealSeed = async (
  key: MasterKey,
  place: SeedPlace,
  seed: Uint8Array,
  randomBytes: (count: number) => Uint8Array,
): Promise<Uint8Array> => {
  const iv = bufferOf(randomBytes(ivBytes))
  const sealed = await crypto.subtle.encrypt(algorithm(iv, place), key, bufferOf(seed))
  const bytes = new Uint8Array(ivBytes + sealed.byteLength)
  bytes.set(iv)
  bytes.set(new Uint8Array(sealed), ivBytes)
  return bytes
}

/** Throws SealRefused when the key is another one or the bytes were changed. */
export const openSeed = async (key: MasterKey, place: SeedPlace, sealed: Uint8Array): Promise<Uint8Array> => {
  const bytes = bufferOf(sealed)
  try {
    const opened = await crypto.subtle.decrypt(
      algorithm(bytes.slice(0, ivBytes), place),
      key,
      bytes.slice(ivBytes),
    )
    return new Uint8Array(opened)
  } catch (cause) {
    throw new SealRefused(
      `the master key does not open the signing key of ${place.name}: give back the WATCHBILL_MASTER_KEY ` +
        'or master.key that it was made with, or run `watchbill log continue`',
      { cause },
    )
  }
}

const algorithm = (iv: Uint8Array<ArrayBuffer>, { name, epoch, id }: SeedPlace) => ({
  name: 'AES-GCM',
  iv,
  additionalData: bufferOf(new TextEncoder().encode(`watchbill log seed\n${name}\n${epoch}\n${id}\n`)),
})

/** WebCrypto's types want bytes over an ArrayBuffer of their own. */
const bufferOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => new Uint8Array(bytes)
