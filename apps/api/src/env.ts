import { isIP } from 'node:net'
import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isLoopback } from './http/loopback.ts'
import { parseMasterKey } from './seal/seed.ts'

/** The environment, read once at start (DESIGN §4). */
export interface Env {
  readonly port: number
  readonly bind: string
  /** Absolute path of the data folder. */
  readonly data: string
  /** Null: `http://watchbill.localhost:<port>`, once the port is known. */
  readonly publicUrl: string | null
  /** Where programs on this machine reach the API; null: 127.0.0.1 and the port. */
  readonly apiUrl: string | null
  /** Where the Next process listens; null answers every page with 503. */
  readonly webUrl: string | null
  readonly databaseUrl: string
  readonly databaseToken: string | null
  readonly cronSecret: string | null
  /** 32 bytes that encrypt signing seeds; null: `master.key` in the data folder. */
  readonly masterKey: Uint8Array | null
  /** Second place of the sealer: a folder, or the URL of another libSQL database; null: a folder of this user's state. */
  readonly anchor: string | null
  readonly anchorToken: string | null
  /** XDG_STATE_HOME; null: `~/.local/state`. */
  readonly stateHome: string | null
}

/** Every wrong variable at once, each with what is wrong, why it matters and how to mend it. */
export class EnvError extends Error {
  override readonly name = 'EnvError'
  readonly complaints: readonly string[]

  constructor(complaints: readonly string[]) {
    super(complaints.join('\n'))
    this.complaints = complaints
  }
}

type Source = Readonly<Record<string, string | undefined>>
type Complain = (name: string, what: string, mend: string) => void

/** Throws EnvError. An empty variable counts as absent. */
export const parseEnv = (source: Source): Env => {
  const complaints: string[] = []
  const complain: Complain = (name, what, mend) => complaints.push(`${name}: ${what} ${mend}`)
  const value = (name: string): string | null => source[name]?.trim() || null
  const insecure = readSwitch(value('WATCHBILL_INSECURE_HTTP'), complain)
  const data = resolve(value('WATCHBILL_DATA') ?? '.watchbill')
  const databaseUrl = value('WATCHBILL_DB_URL') ?? pathToFileURL(resolve(data, 'watchbill.db')).href
  const env = {
    port: readPort(value('WATCHBILL_PORT'), complain),
    bind: readBind(value('WATCHBILL_BIND'), insecure, complain),
    data,
    publicUrl: readPublicUrl(value('WATCHBILL_PUBLIC_URL'), insecure, complain),
    apiUrl: readApiUrl(value('WATCHBILL_API_URL'), insecure, complain),
    webUrl: readWebUrl(value('WATCHBILL_WEB_URL'), complain),
    databaseUrl: readDatabaseUrl(databaseUrl, insecure, complain),
    databaseToken: value('WATCHBILL_DB_TOKEN'),
    cronSecret: readSecret(value('CRON_SECRET'), complain),
    masterKey: readMasterKey(value('WATCHBILL_MASTER_KEY'), complain),
    anchor: readAnchor(value('WATCHBILL_ANCHOR'), insecure, complain),
    anchorToken: value('WATCHBILL_ANCHOR_TOKEN'),
    stateHome: value('XDG_STATE_HOME'),
  }
  if (complaints.length > 0) throw new EnvError(complaints)
  return env
}

const insecureName = 'WATCHBILL_INSECURE_HTTP'

const readSwitch = (text: string | null, complain: Complain): boolean => {
  if (text !== null && text !== '0' && text !== '1') {
    complain(
      insecureName,
      'is neither 1 nor 0.',
      'Set it to 1 only where something else encrypts the way here.',
    )
  }
  return text === '1'
}

const readPort = (text: string | null, complain: Complain): number => {
  if (text === null) return 4040
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65_535) return Number(text)
  complain(
    'WATCHBILL_PORT',
    `is ${JSON.stringify(text)}, not a port.`,
    'Use 1 to 65535, or 0 for any free one.',
  )
  return 0
}

const readBind = (text: string | null, insecure: boolean, complain: Complain): string => {
  const bind = text ?? '127.0.0.1'
  if (bind !== 'localhost' && isIP(bind) === 0) {
    complain(
      'WATCHBILL_BIND',
      `is ${JSON.stringify(bind)}, not an address.`,
      'Use 127.0.0.1, ::1 or 0.0.0.0.',
    )
  } else if (!isLoopback(bind) && !insecure) {
    complain(
      'WATCHBILL_BIND',
      `${bind} is reachable from other machines, and keys would travel unencrypted.`,
      `Keep 127.0.0.1 behind a TLS proxy, or set ${insecureName}=1 where the network itself is trusted.`,
    )
  }
  return bind
}

const readUrl = (text: string): URL | null => (URL.canParse(text) ? new URL(text) : null)

const readPublicUrl = (text: string | null, insecure: boolean, complain: Complain): string | null =>
  text === null ? null : readOrigin('WATCHBILL_PUBLIC_URL', text, insecure, complain)

const readApiUrl = (text: string | null, insecure: boolean, complain: Complain): string | null =>
  text === null ? null : readOrigin('WATCHBILL_API_URL', text, insecure, complain)

const readOrigin = (name: string, text: string, insecure: boolean, complain: Complain): string | null => {
  const url = readUrl(text)
  if (!url || !/^https?:$/.test(url.protocol) || `${url.origin}/` !== url.href) {
    complain(
      name,
      'is not the origin of a web address.',
      'Write it like https://watchbill.example.org, no path.',
    )
    return null
  }
  if (url.protocol === 'http:' && !isLoopback(url.hostname) && !insecure) {
    complain(
      name,
      'is plain http beyond this machine: cookies and keys could be read.',
      `Use https, or ${insecureName}=1.`,
    )
  }
  return url.origin
}

const readWebUrl = (text: string | null, complain: Complain): string | null => {
  if (text === null) return null
  const url = readUrl(text)
  if (url?.protocol === 'http:' && isLoopback(url.hostname) && `${url.origin}/` === url.href)
    return url.origin
  complain('WATCHBILL_WEB_URL', 'is not a loopback address.', 'Write it like http://127.0.0.1:4041.')
  return null
}

const readDatabaseUrl = (
  text: string,
  insecure: boolean,
  complain: Complain,
  name = 'WATCHBILL_DB_URL',
): string => {
  const url = readUrl(text)
  if (!url || !/^(file|https?|libsql):$/.test(url.protocol)) {
    complain(name, 'is neither a file nor a libSQL server.', 'Use file:<path>, https://… or libsql://….')
  } else if (url.protocol === 'http:' && !isLoopback(url.hostname) && !insecure) {
    complain(
      name,
      'is plain http: everything stored could be read on the way.',
      `Use https, or ${insecureName}=1.`,
    )
  }
  return text
}

/** A folder, or what WATCHBILL_DB_URL may be. */
const readAnchor = (text: string | null, insecure: boolean, complain: Complain): string | null => {
  if (text === null || !/^[a-z]+:\/\//i.test(text)) return text
  return readDatabaseUrl(text, insecure, complain, 'WATCHBILL_ANCHOR')
}

const readMasterKey = (text: string | null, complain: Complain): Uint8Array | null => {
  if (text === null) return null
  const key = parseMasterKey(text)
  if (key === null) {
    complain(
      'WATCHBILL_MASTER_KEY',
      'is not 32 bytes in base64url.',
      'Make one with `openssl rand 32 | basenc --base64url | tr -d =`.',
    )
  }
  return key
}

const readSecret = (text: string | null, complain: Complain): string | null => {
  if (text !== null && text.length < 16) {
    complain(
      'CRON_SECRET',
      'is shorter than 16 characters and could be guessed.',
      'Use `openssl rand -hex 32`.',
    )
  }
  return text
}
