import { resolve } from 'node:path'
import type { Config } from '../config/config.ts'
import { parseConfig } from '../config/load.ts'
import { migrateConfig } from '../config/migrate.ts'
import { readConfig, readText } from '../config/read.ts'
import { dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { configFailure } from './config-failure.ts'
import { Failure } from './failure.ts'
import { homeOf } from './home.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

const newestVersion = 2

/** `config validate [path]` and `config migrate [path] [--to <version>]`; the daemon's own file unless one is named. */
export const config = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const [verb, ...rest] = args
  if (verb === 'validate') return validate(rest, terminal)
  if (verb === 'migrate') return migrate(rest, terminal)
  const why = verb === undefined ? 'a word is missing' : `there is no "config ${verb.slice(0, 40)}"`
  const use = 'use: watchbill config validate [path], or watchbill config migrate [path] [--to <version>]'
  throw new Failure('config: what about it?', why, use, 2)
}

const validate = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { json, operand } = parseOptions('config validate', args, ['json'], '[path]')
  const path = pathOf(operand, terminal)
  const text = await readText(path).catch(configFailure)
  if (text === null && operand !== null)
    throw new Failure('the config cannot be used', `${path} is not there`, 'check the path')
  const version = text === null ? null : await attempt(() => readConfig(path, text).version)
  const read = await attempt(() =>
    parseConfig(path, text ?? `version: ${newestVersion}`, homeOf(terminal.env)),
  )
  const facts = { path, valid: true, version, newest: newestVersion, config: read }
  terminal.out(json ? JSON.stringify(facts) : textOf(path, version, read).join('\n'))
  return 0
}

const attempt = async <T>(work: () => T): Promise<T> => {
  try {
    return work()
  } catch (error) {
    return configFailure(error)
  }
}

const textOf = (path: string, version: number | null, read: Config): string[] => [
  headline(path, version),
  `payload                ${read.payload ?? 'by where the control plane is'}`,
  ...Object.entries(read.providerSessionRoots).map(
    ([runtime, paths]) => `providerSessionRoots   ${runtime}: ${paths.join(', ') || 'nothing'}`,
  ),
  ...read.runtimes.map(
    (each) =>
      `runtimes               ${each.name} (${each.runtime}): ${placeOf(each)}, every ${each.everyMs} ms, at most ${each.timeoutMs} ms`,
  ),
  `spool.maxBytes         ${read.spool.maxBytes}`,
  ...Object.entries(read.flags).map(([name, value]) => `flags.${name.padEnd(16)} ${value}`),
]

const headline = (path: string, version: number | null): string => {
  if (version === null) return `${path} is not there: these are the defaults (version ${newestVersion}).`
  const older = version < newestVersion ? `; the newest is ${newestVersion}: watchbill config migrate` : ''
  return `${path} is valid (version ${version}${older}).`
}

const placeOf = (source: Config['runtimes'][number]): string => {
  if (!('url' in source)) return source.path ?? source.socket
  const token = source.tokenFile === null ? '' : `, token from ${source.tokenFile}`
  return `${source.url}${token}${source.privateNetwork ? ', private network allowed' : ''}`
}

const migrate = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { json, to, operand } = parseOptions('config migrate', args, ['to', 'json'], '[path]')
  const wanted = to === null ? newestVersion : Number(to)
  const path = pathOf(operand, terminal)
  const done = await migrateConfig(path, wanted).catch((error: unknown) => {
    if (error instanceof Error && error.name === 'ConfigError') return configFailure(error)
    throw new Failure(
      'the config was not migrated',
      errorText(error),
      'nothing was changed; make its folder writable',
    )
  })
  const facts = { path, ...done }
  const text =
    done.backup === null
      ? `${path} is version ${done.to} already.`
      : `${path} is version ${done.to} now; as it was (version ${done.from}): ${done.backup}`
  terminal.out(json ? JSON.stringify(facts) : text)
  return 0
}

const pathOf = (given: string | null, { env }: Terminal): string =>
  given === null ? dataFolder(env).config : resolve(given)
