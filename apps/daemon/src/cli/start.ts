import { formats } from '@watchbill/runtimes'
import type { Config } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { type Daemon, startDaemon } from '../daemon.ts'
import { createDataFolder, type DataFolder, dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { AlreadyRuns } from '../instance/claim.ts'
import { findDaemon } from '../instance/find.ts'
import { type Credential, readCredential } from '../link/credential.ts'
import { createLog } from '../log.ts'
import { configFailure } from './config-failure.ts'
import { Failure, formatFailure } from './failure.ts'
import { homeOf } from './home.ts'
import { launch } from './launch.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

/** What a start needs: everything that can be refused was. */
export interface Startable {
  readonly folder: DataFolder
  readonly credential: Credential
  readonly config: Config
}

/** `start`: a background process that answered "ready", or its error. A second start says that it already runs. */
export const start = async (args: readonly string[], given: Terminal): Promise<number> => {
  const { foreground, json, data } = parseOptions('start', args, ['foreground', 'data', 'json'])
  const terminal = data === null ? given : { ...given, env: { ...given.env, WATCHBILL_DATA: data } }
  const ready = await requireStartable(terminal)
  if (foreground) return runHere(ready, terminal)
  const answer = await bringUp(ready, terminal)
  const { apiUrl } = ready.credential
  const verb = answer.alreadyRuns ? 'already runs' : 'started'
  terminal.out(
    json
      ? JSON.stringify({ ...answer, apiUrl })
      : `The daemon ${verb} (pid ${answer.pid}), reporting to ${apiUrl}.`,
  )
  return 0
}

/** Throws the Failure that names what is in the way. */
export const requireStartable = async ({ env }: Terminal): Promise<Startable> => {
  const folder = dataFolder(env)
  await createDataFolder(folder).catch((error: unknown) => {
    const mend = `make ${folder.path} writable, or set WATCHBILL_DATA`
    throw new Failure('the data folder cannot be used', errorText(error), mend)
  })
  const config = await loadConfig(folder.config, homeOf(env)).catch(configFailure)
  return { folder, config, credential: await requireCredential(folder) }
}

/** The daemon of the folder, started unless it runs. */
export const bringUp = async (
  { folder }: Startable,
  { env }: Terminal,
): Promise<{ started: boolean; alreadyRuns: boolean; pid: number }> => {
  const found = await findDaemon(folder)
  return found.state === 'stopped'
    ? { started: true, alreadyRuns: false, pid: await launch(folder, env) }
    : { started: false, alreadyRuns: true, pid: found.pid }
}

const requireCredential = async (folder: DataFolder): Promise<Credential> => {
  const mend = 'WATCHBILL_ENROLL_TOKEN=… watchbill enroll --api <url of the control plane>'
  const credential = await readCredential(folder.credential).catch((error: unknown) => {
    throw new Failure('the daemon cannot start', errorText(error), `enrol again: ${mend}`)
  })
  if (credential === null)
    throw new Failure('the daemon cannot start', 'this machine is not enrolled yet', mend)
  return credential
}

/** The daemon in this very process: until SIGTERM, SIGINT or `stop`. Tells a parent over IPC how the start went. */
const runHere = async ({ folder, credential, config }: Startable, terminal: Terminal): Promise<number> => {
  const child = process.send !== undefined
  const log = createLog(folder.log, child ? null : (line) => terminal.err(line.trimEnd()))
  try {
    const { env } = terminal
    const surroundings = { home: homeOf(env), env, providerSessionRoots: config.providerSessionRoots }
    const made = stopOnSignals
    const daemon = await startDaemon({ folder, credential, config, formats, surroundings, log, made })
    tell({ ready: process.pid })
    await daemon.ended
    return 0
  } catch (error) {
    const failure = failureOf(error)
    log({ event: 'daemon.failed', reason: errorText(error) })
    tell({ failed: { what: failure.message, why: failure.why, mend: failure.mend } })
    if (!child) terminal.err(formatFailure(failure, false))
    return failure.exitCode
  }
}

const failureOf = (error: unknown): Failure =>
  error instanceof AlreadyRuns
    ? new Failure(
        'the daemon cannot start',
        error.message,
        'nothing to mend; `watchbill status` shows it, `watchbill stop` ends it',
      )
    : new Failure('the daemon cannot start', errorText(error), 'see the log in WATCHBILL_DATA/daemon/log')

const stopOnSignals = (daemon: Daemon): void => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const)
    process.once(signal, () => void daemon.stop(signal))
}

const tell = (message: object): void => {
  process.send?.(message, () => process.disconnect?.())
}
