import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Program } from './program.ts'

/** The tarball that the build laid beside the server; null where it was not built. Held in memory: well below 1 MiB. */
export const readProgram = (serverUrl: string): Program | null => {
  const path = fileURLToPath(new URL('watchbill.tgz', serverUrl))
  if (!existsSync(path)) return null
  const bytes = new Uint8Array(readFileSync(path))
  return { bytes, sha256: createHash('sha256').update(bytes).digest('hex') }
}
