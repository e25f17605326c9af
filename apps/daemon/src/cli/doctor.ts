import { readFile } from 'node:fs/promises'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { readConfig, readText } from '../config/read.ts'
import { type DataFolder, dataFolder } from '../data-folder.ts'
import { type Check, fail, ok, warn } from '../doctor/check.ts'
import { checkMachineKey, checkProofs } from '../doctor/ledger-checks.ts'
import { checkDaemon, checkLink, checkSpool } from '../doctor/link-checks.ts'
import {
  checkDataFolder,
  checkNode,
  checkRoots,
  checkSources,
  checkWatchers,
} from '../doctor/machine-checks.ts'
import { findDaemon } from '../instance/find.ts'
import { configFailure } from './config-failure.ts'
import { Failure } from './failure.ts'
import { homeOf } from './home.ts'
import { findServices } from './installed-services.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** `doctor`: looks at everything the daemon needs and changes nothing. Exit code 1 when something fails, else 0. */
export const doctorAt = async (
  bundleUrl: string,
  args: readonly string[],
  terminal: Terminal,
): Promise<number> => {
  const { json } = parseOptions('doctor', args, ['json'])
  const checks = await examine(bundleUrl, terminal)
  const count = (state: Check['state']) => checks.filter((check) => check.state === state).length
  const facts = { ok: count('ok'), warn: count('warn'), fail: count('fail'), checks }
  const summary = `${facts.ok} ok, ${facts.warn} warn, ${facts.fail} fail`
  terminal.out(json ? JSON.stringify(facts) : [...checks.flatMap(linesOf), summary].join('\n'))
  return facts.fail === 0 ? 0 : 1
}

const linesOf = ({ name, state, found, why, mend }: Check): string[] => [
  `${state.padEnd(5)} ${name}: ${found}`,
  ...(why === null ? [] : [`      Why: ${why}`]),
  ...(mend === null ? [] : [`      Mend: ${mend}`]),
]

const examine = async (bundleUrl: string, terminal: Terminal): Promise<Check[]> => {
  const { env } = terminal
  const folder = dataFolder(env)
  const home = homeOf(env)
  const found = await findDaemon(folder)
  const { config, check } = await checkConfig(folder, home)
  const surroundings = { home, env, providerSessionRoots: config?.providerSessionRoots ?? {} }
  return [
    checkNode(process.version),
    ...(await checkDataFolder(folder)),
    check,
    ...(await checkRoots(surroundings)),
    ...(config === null ? [] : await checkSources(config)),
    ...checkDaemon(found),
    ...(await checkLink(folder, Date.now)),
    ...(config === null ? [] : [checkSpool(found, config.spool.maxBytes)]),
    ...(await checkMachineKey(folder)),
    ...(await checkProofs(folder, found)),
    await checkWatchers(found.state === 'running' ? found.status.watches : null),
    await checkService(bundleUrl, terminal),
  ]
}

const checkConfig = async (
  folder: DataFolder,
  home: string,
): Promise<{ config: Config | null; check: Check }> => {
  const name = 'config'
  const path = folder.config
  try {
    const config = await loadConfig(path, home).catch(configFailure)
    const text = await readText(path)
    if (text === null) return { config, check: ok(name, `${path} is not there, defaults hold`) }
    const { version, newest } = readConfig(path, text)
    const found = `${path}, version ${version}`
    if (version === newest) return { config, check: ok(name, found) }
    const why = `it is read as version ${newest}, and a later daemon will not read it`
    return { config, check: warn(name, found, why, 'watchbill config migrate') }
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    return { config: null, check: fail(name, path, error.why, error.mend) }
  }
}

/** The flags of an installed service were made for the config of that day. */
const checkService = async (bundleUrl: string, terminal: Terminal): Promise<Check> => {
  const name = 'service'
  const [planned] = await findServices(bundleUrl, terminal)
  if (planned === undefined) return ok(name, 'not installed')
  if ((await readFile(planned.path, 'utf8')) === planned.text) return ok(name, planned.path)
  const why =
    'it was installed for another config, program or Node: it may read what it should not, or too little'
  return warn(name, planned.path, why, 'watchbill service install')
}
