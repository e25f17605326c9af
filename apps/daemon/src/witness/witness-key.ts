import { randomBytes } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { base64url, notes } from '@watchbill/ledger'
import { writeAtomic } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'

/**
 * The key of this witness: one Ed25519 seed in a 0600 file, made the first time under `name`. Throws when the file is there
 * but cannot be read as one, or was made under another name: a witness has one name for life.
 */
export const openWitnessKey = async (path: string, name: string | null): Promise<notes.Signer> => {
  const kept = await readKey(path)
  if (kept !== null) {
    if (name !== null && name !== kept.name) throw new Error(`this witness is called ${kept.name}`)
    return notes.createSigner(kept.name, kept.seed, 'cosignature')
  }
  const made = {
    name: name ?? `${randomBytes(8).toString('hex')}.watchbill.localhost/witness`,
    seed: new Uint8Array(randomBytes(32)),
  }
  const signer = await notes.createSigner(made.name, made.seed, 'cosignature')
  await writeAtomic(path, `${JSON.stringify({ name: made.name, seed: base64url.encode(made.seed) })}\n`)
  return signer
}

const readKey = async (path: string): Promise<{ name: string; seed: Uint8Array } | null> => {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  })
  if (text === null) return null
  const value: unknown = JSON.parse(text)
  const held = typeof value === 'object' && value !== null ? value : {}
  const seed = 'seed' in held && typeof held.seed === 'string' ? base64url.decode(held.seed) : null
  if (!('name' in held) || typeof held.name !== 'string' || seed?.length !== 32)
    throw new Error(`${path} is not the key of a witness`)
  return { name: held.name, seed }
}
