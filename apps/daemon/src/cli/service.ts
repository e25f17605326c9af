import { mkdir, readFile, rm } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeAtomic } from '../atomic-file.ts'
import { footprintFlags } from '../boundary/footprint.ts'
import { defaultConfig, loadConfig } from '../config/load.ts'
import { dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { serviceOf } from '../service/service.ts'
import { type Account, type Manager, managerOf, runManager } from '../service/service-manager.ts'
import { configFailure } from './config-failure.ts'
import { Failure } from './failure.ts'
import { homeOf } from './home.ts'
import { parseOptions } from './options.ts'
import { requireStartable, type Startable } from './start.ts'
import { stopDaemon } from './stop.ts'
import type { Terminal } from './terminal.ts'

/** `service install|uninstall [--print] [--user]`: the daemon kept running by systemd or launchd, confined by Node itself. */
export const serviceAt = async (
  bundleUrl: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  const [verb, ...rest] = args
  if (verb !== 'install' && verb !== 'uninstall') {
    const why = verb === undefined ? 'a word is missing' : `there is no "service ${verb.slice(0, 40)}"`
    throw new Failure(
      'service: what about it?',
      why,
      'use: watchbill service install|uninstall [--print] [--user]',
      2,
    )
  }
  const { print, user, json } = parseOptions(`service ${verb}`, rest, ['print', 'user', 'json'])
  const folder = dataFolder(terminal.env)
  // To be taken away a service needs no config that holds, and to be shown no enrolment.
  const load =
    verb === 'install' ? loadConfig(folder.config, homeOf(terminal.env)) : Promise.resolve(defaultConfig)
  const config = await load.catch(configFailure)
  if (verb === 'install' && !print) await requireStartable(terminal)
  const manager = requireManager(bundleUrl, { folder, config }, terminal, user)
  if (print) terminal.out(manager.text.trimEnd())
  else if (verb === 'install') await install(manager, terminal, json)
  else await remove(manager, terminal, json)
  return 0
}

/** What `service install` would write now; null where the system has no service manager we know. */
export const plannedManager = (
  bundleUrl: string,
  { folder, config }: Pick<Startable, 'folder' | 'config'>,
  { env }: Terminal,
  user: boolean,
): Manager | null => {
  const home = homeOf(env)
  const service = serviceOf({
    node: process.execPath,
    nodeVersion: process.version,
    entry: fileURLToPath(bundleUrl),
    data: dirname(folder.path),
    folder,
    home,
    env,
    config,
    nodeFlags: footprintFlags,
  })
  return managerOf(service, accountOf(env, home, user))
}

/** Root without `--user` installs for the whole system. */
const accountOf = (env: NodeJS.ProcessEnv, home: string, user: boolean): Account => {
  const { uid, username } = userInfo()
  return { platform: process.platform, home, uid, userName: username, env, user: user || uid !== 0 }
}

const requireManager = (
  bundleUrl: string,
  ready: Pick<Startable, 'folder' | 'config'>,
  terminal: Terminal,
  user: boolean,
): Manager => {
  try {
    const manager = plannedManager(bundleUrl, ready, terminal, user)
    if (manager !== null) return manager
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    throw new Failure('the service cannot be confined', error.message, 'name other folders in the config')
  }
  const mend = 'start the daemon from your own start-up: watchbill start'
  throw new Failure(
    'there is no service manager here',
    `${process.platform} has neither systemd nor launchd`,
    mend,
  )
}

const install = async (manager: Manager, terminal: Terminal, json: boolean): Promise<void> => {
  const before = await readFile(manager.path, 'utf8').catch(() => null)
  await stopDaemon(terminal.env)
  try {
    await mkdir(dirname(manager.path), { recursive: true })
    await writeAtomic(manager.path, manager.text)
    for (const words of manager.add) await runManager(words, terminal.env)
  } catch (error) {
    // A unit that was not taken over must not start at the next boot.
    if (before === null) await rm(manager.path, { force: true })
    const mend =
      'print it and install it by hand: watchbill service install --print; or go on with: watchbill start'
    throw new Failure('the service was not installed', errorText(error), mend)
  }
  const facts = { installed: manager.path, renewed: before !== null, hint: manager.hint }
  const text = [
    `The service is ${facts.renewed ? 'renewed' : 'installed'} and runs: ${manager.path}`,
    ...(manager.hint === null ? [] : [`Note: ${manager.hint}`]),
  ]
  terminal.out(json ? JSON.stringify(facts) : text.join('\n'))
}

const remove = async (manager: Manager, terminal: Terminal, json: boolean): Promise<void> => {
  const was = await removeService(manager, terminal.env)
  const text = was
    ? `The service is gone: ${manager.path}`
    : `There was no service: ${manager.path} is not there.`
  terminal.out(json ? JSON.stringify({ removed: was, path: manager.path }) : text)
}

/** False when it was not installed. Throws Failure when its file stays. */
export const removeService = async (manager: Manager, env: NodeJS.ProcessEnv): Promise<boolean> => {
  const text = await readFile(manager.path, 'utf8').catch(() => null)
  if (text === null) return false
  // It may be stopped or unknown to its manager already: the file is what counts.
  for (const words of manager.remove) await runManager(words, env).catch(() => {})
  await rm(manager.path).catch((error: unknown) => {
    throw new Failure('the service was not removed', errorText(error), `delete ${manager.path} by hand`)
  })
  return true
}
