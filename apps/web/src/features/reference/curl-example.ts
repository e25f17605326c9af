import { programUrl } from '../../lib/program-url.ts'
import { type ExampleSeed, exampleValue } from './example-value.ts'
import type { Operation } from './operation.ts'

/** Single quotes hold everything in a POSIX shell but a single quote. */
const shellQuoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`

const idPrefixes: Readonly<Record<string, string>> = {
  agents: 'agt',
  sessions: 'ses',
  machines: 'mch',
  keys: 'key',
}

const fillPath = (path: string, seed: ExampleSeed): string =>
  path.replace(/\/([a-z]+)\/:(\w+)/g, (_, folder: string, name: string) => {
    const prefix = idPrefixes[folder]
    if (prefix !== undefined) return `/${folder}/${exampleId(prefix, seed)}`
    return `/${folder}/${name === 'check' ? 'database' : 'demo'}`
  })

const exampleId = (prefix: string, seed: ExampleSeed): string =>
  String(exampleValue({ type: 'string', pattern: `^${prefix}_[0-9a-f]` }, seed))

/** A command that runs as it stands once WATCHBILL_KEY holds a key with the row's scope. */
export const curlExample = (operation: Operation, origin: string, seed: ExampleSeed): string => {
  const parts = ['curl -sS']
  if (operation.reply === 'sse') parts.push('-N')
  if (operation.method !== 'GET') parts.push(`-X ${operation.method}`)
  if (operation.byScheduler) parts.push('-H "Authorization: Bearer $CRON_SECRET"')
  if (operation.scope !== null) parts.push('-H "Authorization: Bearer $WATCHBILL_KEY"')
  if (operation.bodySchema !== null) {
    parts.push(`-H 'Content-Type: application/json'`)
    parts.push(`-d ${shellQuoted(JSON.stringify(exampleValue(operation.bodySchema, seed)))}`)
  }
  if (operation.errors === 'probe' && operation.reply === 'text' && operation.scope === null) {
    parts.push(`-H 'Accept: application/health+json'`)
  }
  parts.push(shellQuoted(`${programUrl(origin)}${fillPath(operation.path, seed)}`))
  return parts.join(' \\\n  ').replace('curl -sS \\\n  ', 'curl -sS ')
}

/** What the command needs first: a key, made on the machine that runs Watchbill. Null where anyone may ask. */
export const keyCommand = (operation: Operation): string | null =>
  operation.scope === null || operation.scope === 'machine:join' || operation.scope === 'self:read'
    ? null
    : `export WATCHBILL_KEY=$(npx watchbill key create --scope ${operation.scope})`
