import { createHash } from 'node:crypto'
import { dirname } from 'node:path'
import { formats } from '@watchbill/runtimes'
import { footprintEnv } from '../boundary/footprint.ts'
import { permissionFlags } from '../boundary/permission-flags.ts'
import type { Config } from '../config/config.ts'
import type { DataFolder } from '../data-folder.ts'

/** A program that the system's service manager keeps running. */
export interface Service {
  /** Unique to the data folder, so that several daemons of one host live together. */
  readonly name: string
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string>>
  readonly folder: DataFolder
}

export interface ServiceInput {
  readonly node: string
  readonly nodeVersion: string
  /** The program's bundle, `dist/watchbill.js`. */
  readonly entry: string
  readonly data: string
  readonly folder: DataFolder
  readonly home: string
  readonly env: NodeJS.ProcessEnv
  readonly config: Config
  readonly nodeFlags: readonly string[]
}

/**
 * The daemon under Node's permission model: it reads the session roots and what the config names, writes its own
 * folder, and starts nothing. Throws RangeError for a path that cannot be granted alone.
 */
export const serviceOf = (input: ServiceInput): Service => {
  const { node, nodeVersion, entry, data, folder, home, env, config, nodeFlags } = input
  const { providerSessionRoots } = config
  const flags = permissionFlags({
    nodeVersion,
    formats,
    surroundings: { home, env, providerSessionRoots },
    folder,
    entry,
    alsoRead: pathsOf(config),
    childProcesses: false,
  })
  const digest = createHash('sha256').update(folder.path).digest('hex').slice(0, 8)
  return {
    name: `watchbill-${digest}`,
    argv: [node, ...nodeFlags, ...flags, entry, 'start', '--foreground', '--data', data],
    env: { HOME: home, ...footprintEnv, ...rootVariables(env) },
    folder,
  }
}

const pathsOf = ({ runtimes }: Config): string[] =>
  runtimes.flatMap((source) => {
    if ('url' in source) return source.tokenFile === null ? [] : [source.tokenFile]
    if (source.runtime === 'kato' && source.path.endsWith('.json')) return [dirname(source.path)]
    return [source.path ?? source.socket]
  })

/** What decides where sessions lie; a service manager starts with an environment of its own. */
const rootVariables = (env: NodeJS.ProcessEnv): Record<string, string> => {
  const names = new Set(formats.flatMap(({ roots }) => roots.map((root) => root.env)))
  const set: Record<string, string> = {}
  for (const name of names) {
    const value = name === null ? undefined : env[name]
    if (name !== null && value !== undefined && value !== '') set[name] = value
  }
  return set
}
