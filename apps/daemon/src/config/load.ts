import { homedir } from 'node:os'
import { isAbsolute, resolve } from 'node:path'
import type { Config, RuntimeSource } from './config.ts'
import { ConfigError, type Problem } from './config-error.ts'
import { flagDefaults } from './flags.ts'
import { readConfig, readText } from './read.ts'
import { FileV2 } from './schema.ts'

const defaultSpoolBytes = 32 * 1024 * 1024

/** The config of a data folder; without a file, the defaults. Throws ConfigError: a config that is not understood is not used in part. */
export const loadConfig = async (path: string, home: string = homedir()): Promise<Config> => {
  const text = await readText(path)
  return text === null ? resolveConfig(path, { version: 2 }, home) : parseConfig(path, text, home)
}

/** The same from a text. */
export const parseConfig = (path: string, text: string, home: string): Config => {
  const { document } = readConfig(path, text)
  return resolveConfig(path, FileV2.parse(document.toJS({ maxAliasCount: 0 })), home)
}

const resolveConfig = (path: string, file: FileV2, home: string): Config => {
  const runtimes = (file.runtimes ?? []).map((runtime) => sourceOf(path, runtime, home))
  requireUniqueNames(path, runtimes)
  return frozen({
    version: 2,
    payload: file.payload ?? null,
    providerSessionRoots: Object.fromEntries(
      Object.entries(file.providerSessionRoots ?? {}).map(([runtime, paths]) => [
        runtime,
        (paths ?? []).map((each) => absolute(each, home)),
      ]),
    ),
    runtimes,
    spool: { maxBytes: file.spool?.maxBytes ?? defaultSpoolBytes },
    flags: { ...flagDefaults, ...file.flags },
  })
}

const sourceOf = (
  path: string,
  file: NonNullable<FileV2['runtimes']>[number],
  home: string,
): RuntimeSource => {
  const name = file.name ?? file.runtime
  const everyMs = (file.everySeconds ?? 10) * 1000
  const timeoutMs = (file.timeoutSeconds ?? 5) * 1000
  const polled = { name, everyMs, timeoutMs }
  if (file.runtime === 'kato') return { ...polled, runtime: 'kato', path: absolute(file.path, home) }
  if (file.runtime !== 'fluffy-waffle') {
    const tokenFile = file.tokenFile === undefined ? null : absolute(file.tokenFile, home)
    return {
      ...polled,
      runtime: file.runtime,
      url: file.url,
      tokenFile,
      privateNetwork: file.privateNetwork ?? false,
    }
  }
  const { runtime } = file
  if (file.path !== undefined && file.socket === undefined)
    return { ...polled, runtime, path: absolute(file.path, home), socket: null }
  if (file.socket !== undefined && file.path === undefined)
    return { ...polled, runtime, path: null, socket: absolute(file.socket, home) }
  throw new ConfigError(path, [
    problem(
      `${name} needs a path or a socket, and not both`,
      'path: the .fluffy folder; socket: the kernel.sock',
    ),
  ])
}

const requireUniqueNames = (path: string, runtimes: readonly RuntimeSource[]): void => {
  const names = runtimes.map(({ name }) => name)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice === undefined) return
  throw new ConfigError(path, [problem(`two runtimes are named ${twice}`, 'give each a name of its own')])
}

const problem = (what: string, mend: string): Problem => ({ line: null, column: null, what, mend })

/** `~` and relative paths start at the home folder. */
const absolute = (path: string, home: string): string =>
  isAbsolute(path) ? resolve(path) : resolve(home, path.replace(/^~(\/|$)/, './'))

const frozen = <T>(value: T): T => {
  if (typeof value === 'object' && value !== null) for (const each of Object.values(value)) frozen(each)
  return Object.freeze(value)
}

/** What holds without a file. */
export const defaultConfig: Config = resolveConfig('config.yaml', { version: 2 }, '/')
