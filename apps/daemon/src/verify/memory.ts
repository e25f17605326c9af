import { createHash } from 'node:crypto'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { base64url } from '@watchbill/ledger'
import { syncFolder, writeAtomic } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'

/** The newest checkpoint of a log that was verified here: trust on first use, and from then on it may only grow. */
export interface Seen {
  readonly origin: string
  readonly size: number
  readonly root: Uint8Array
  /** Verifier key that signed it. */
  readonly vkey: string
}

export interface Memory {
  /** Null when nothing of this log was verified here. Throws when what was remembered cannot be read. */
  read(origin: string): Promise<Seen | null>
  write(seen: Seen): Promise<void>
}

/** One small file per log in the user's own state folder; no backup of the control plane reaches it. */
export const createMemory = (folder: string): Memory => {
  const pathOf = (origin: string) => join(folder, `${createHash('sha256').update(origin).digest('hex')}.json`)
  return {
    read: async (origin) => {
      const text = await readFile(pathOf(origin), 'utf8').catch((error: unknown) => {
        if (errorCode(error) === 'ENOENT') return null
        throw error
      })
      if (text === null) return null
      const seen = parseSeen(text)
      if (seen?.origin === origin) return seen
      throw new Error(`${pathOf(origin)} is damaged: what was seen of ${origin} before is not known`)
    },
    write: async ({ origin, size, root, vkey }) => {
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const text = JSON.stringify({ v: 1, origin, size, root: base64url.encode(root), vkey })
      await writeAtomic(pathOf(origin), `${text}\n`)
      await syncFolder(folder)
    },
  }
}

const parseSeen = (text: string): Seen | null => {
  const value = tryJson(text)
  if (typeof value !== 'object' || value === null) return null
  const fields = new Map<string, unknown>(Object.entries(value))
  const [origin, size, root, vkey] = ['origin', 'size', 'root', 'vkey'].map((name) => fields.get(name))
  const bytes = typeof root === 'string' ? base64url.decode(root) : null
  if (typeof origin !== 'string' || typeof vkey !== 'string' || bytes?.length !== 32) return null
  if (typeof size !== 'number' || !Number.isSafeInteger(size) || size < 0) return null
  return { origin, size, root: bytes, vkey }
}

const tryJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
