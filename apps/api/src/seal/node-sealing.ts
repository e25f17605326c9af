import { randomBytes } from 'node:crypto'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  realpathSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { homedir } from 'node:os'
import { join, resolve, sep } from 'node:path'
import { base64url } from '@watchbill/ledger'
import { parseFileUrl } from '../db/local-file.ts'
import { openBackend } from '../db/open.ts'
import { type Env, EnvError } from '../env.ts'
import type { Sealing, SecondPlace } from './sealing.ts'
import { createSecondPlace } from './second-place.ts'
import { importMasterKey, parseMasterKey } from './seed.ts'

type SealEnv = Pick<Env, 'data' | 'anchor' | 'anchorToken' | 'masterKey' | 'stateHome'>

/** What signs checkpoints on Node: a key file and a second place, made where there are none. Throws EnvError. */
export const openSealing = async (env: SealEnv): Promise<Sealing> => {
  mkdirSync(env.data, { recursive: true, mode: 0o700 })
  const masterKey = await importMasterKey(env.masterKey ?? readMasterKey(join(env.data, 'master.key')))
  return { place: await openSecondPlace(env), masterKey, outcomes: new Map() }
}

/** A file of 32 bytes in base64url for this user alone; made when there is none. */
const readMasterKey = (path: string): Uint8Array => {
  if (!existsSync(path)) writeOnce(path, `${base64url.encode(randomBytes(32))}\n`)
  if ((statSync(path).mode & 0o077) !== 0) {
    throw new EnvError([
      `${path}: others on this machine can read it, and could sign in your name. Run chmod 600 on it.`,
    ])
  }
  const key = parseMasterKey(readFileSync(path, 'utf8'))
  if (key === null) throw new EnvError([`${path}: is not 32 bytes in base64url. Give back the file it was.`])
  return key
}

/** Of two programs that start at once, one writes it. */
const writeOnce = (path: string, text: string): void => {
  try {
    writeFileSync(path, text, { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if (!existsSync(path)) throw error
  }
}

const openSecondPlace = async (env: SealEnv): Promise<SecondPlace> => {
  const { anchor } = env
  if (anchor !== null && /^(https?|libsql):/.test(anchor)) {
    const backend = await openBackend({ url: anchor, authToken: env.anchorToken ?? undefined })
    return createSecondPlace(new URL(anchor).host, backend)
  }
  const named = anchor?.startsWith('file:') ? parseFileUrl(anchor) : anchor
  const folder = resolve(named ?? join(env.stateHome ?? stateHome(), 'watchbill', installationId(env.data)))
  const path = join(folder, 'anchor.db')
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    requireOutside(folder, env.data)
    if (!existsSync(path)) closeSync(openSync(path, 'a', 0o600))
    return createSecondPlace(path, await openBackend({ url: `file:${path}` }))
  } catch (error) {
    throw error instanceof EnvError ? error : unusable(path, error)
  }
}

/** Nothing may be served without it: it knows what was erased. */
const unusable = (path: string, error: unknown): EnvError => {
  const why = error instanceof Error && 'code' in error ? String(error.code) : 'unknown failure'
  return new EnvError([
    `WATCHBILL_ANCHOR: the second place of the sealer, ${path}, cannot be used (${why}). Name a folder this user can ` +
      'write. If the file is damaged, move it away, start again, and run `watchbill log continue`.',
  ])
}

const stateHome = () => join(homedir(), '.local/state')

/** Two installations of one user must not share a second place. Lies with the data, so that it moves along with it. */
const installationId = (data: string): string => {
  const path = join(data, 'installation')
  if (!existsSync(path)) writeOnce(path, `${randomBytes(16).toString('hex')}\n`)
  const id = readFileSync(path, 'utf8').trim()
  if (/^[0-9a-f]{32}$/.test(id)) return id
  throw new EnvError([`${path}: does not hold the name of this installation. Give back the file it was.`])
}

/** Who restores the data folder must not restore the second place with it. */
const requireOutside = (folder: string, data: string): void => {
  const [inner, outer] = [realpathSync(folder), realpathSync(data)]
  if (inner !== outer && !inner.startsWith(outer + sep)) return
  throw new EnvError([
    `WATCHBILL_ANCHOR: ${folder} lies inside WATCHBILL_DATA, so a backup would take it back ` +
      'together with the database. Use another folder, best on another disk.',
  ])
}
