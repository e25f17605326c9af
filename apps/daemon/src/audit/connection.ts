import { readFile } from 'node:fs/promises'
import { type Client, createClient } from '@watchbill/contract/client'
import { Failure } from '../cli/failure.ts'
import { dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { readCredential } from '../link/credential.ts'
import { isLoopback } from '../link/enrollment.ts'

export interface Connection {
  readonly apiUrl: string
  readonly client: Client
}

/** The control plane that is asked, with a person's key. Throws Failure. */
export const connectWithKey = async (
  asked: { readonly api: string | null; readonly keyFile: string | null },
  env: NodeJS.ProcessEnv,
): Promise<Connection> => {
  const token = await readKey(asked.keyFile, env)
  const apiUrl = requireAddress(asked.api ?? env.WATCHBILL_API_URL ?? (await homeAddress(env)), env)
  return { apiUrl, client: createClient({ baseUrl: apiUrl, token, fetch: streamingFetch }) }
}

/** Unlike the daemon's own it hands an answer on while it comes. A redirect would carry the key to a place nobody named. */
const streamingFetch: typeof fetch = (input, init) => fetch(input, { ...init, redirect: 'error' })

/** Where this machine reports, else a control plane beside it. */
const homeAddress = async (env: NodeJS.ProcessEnv): Promise<string> => {
  const credential = await readCredential(dataFolder(env).credential).catch(() => null)
  return credential?.apiUrl ?? 'http://127.0.0.1:4040'
}

const howToMakeOne =
  'where the control plane is installed: watchbill key create --scope audit:read,log:read; then set WATCHBILL_KEY, or write it to a file and name that with --key-file'

/** From a file or the environment, never from the command line: every process can read that. */
const readKey = async (path: string | null, env: NodeJS.ProcessEnv): Promise<string> => {
  const text = path === null ? (env.WATCHBILL_KEY ?? '') : await readKeyFile(path)
  const key = text.trim()
  if (key === '')
    throw new Failure(
      'audit: a key is needed',
      path === null ? 'WATCHBILL_KEY is not set, and no --key-file was named' : `${path} is empty`,
      howToMakeOne,
      2,
    )
  if (/^[\w-]{8,300}$/.test(key)) return key
  const where = path === null ? 'WATCHBILL_KEY' : path
  throw new Failure('audit: this is not a key', `${where} holds something else`, howToMakeOne, 2)
}

const readKeyFile = (path: string): Promise<string> =>
  readFile(path, 'utf8').catch((error: unknown) => {
    throw new Failure('audit: the key cannot be read', errorText(error), 'check the path and its rights', 2)
  })

/** A key crosses the network in clear only where the machine talks to itself (SECURITY "Web and API"). */
const requireAddress = (value: string, env: NodeJS.ProcessEnv): string => {
  const url = URL.canParse(value) ? new URL(value) : null
  const use = 'use: watchbill audit --api https://watchbill.example'
  if (url === null || !/^https?:$/.test(url.protocol) || url.username + url.search + url.hash !== '')
    throw new Failure(
      'audit: this is not an address of a control plane',
      `${value.slice(0, 200)} is not an http(s) URL`,
      use,
      2,
    )
  if (url.protocol === 'http:' && !isLoopback(value) && env.WATCHBILL_INSECURE_HTTP !== '1')
    throw new Failure(
      'audit: the key would travel in clear',
      `${url.host} is not this machine`,
      'use https, or set WATCHBILL_INSECURE_HTTP=1 on a network you trust',
      2,
    )
  // Node cannot resolve *.localhost names (SECURITY "Web and API"): programs use the address.
  if (url.hostname.endsWith('.localhost')) url.hostname = '127.0.0.1'
  return url.href.replace(/\/$/, '')
}
