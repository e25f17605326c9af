import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { formats } from '@watchbill/runtimes'
import { type Daemon, startDaemon } from '../daemon.ts'
import { createDataFolder, type DataFolder, dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { AlreadyRuns } from '../instance/claim.ts'
import { findDaemon } from '../instance/find.ts'
import { type Credential, readCredential } from '../link/credential.ts'
import { createLog } from '../log.ts'
import { Failure, formatFailure } from './failure.ts'
import { homeOf } from './home.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

const handshakeMs = 30_000
/** A small young generation: the daemon makes much short-lived garbage and must not hold memory for it. */
const memoryFlags = ['--max-semi-space-size=2']

/** `start`: a background process that answered "ready", or its error. A second start says that it already runs. */
export const start = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { foreground, json } = parseOptions('start', args, ['foreground', 'json'])
  const folder = dataFolder(terminal.env)
  await createDataFolder(folder).catch((error: unknown) => {
    throw new Failure(
      'the data folder cannot be used',
      errorText(error),
      `make ${folder.path} writable, or set WATCHBILL_DATA`,
    )
  })
  const credential = await requireCredential(folder)
  if (foreground) return runHere(folder, credential, terminal)
  const found = await findDaemon(folder)
  const answer =
    found.state === 'stopped'
      ? { started: true, alreadyRuns: false, pid: await launch(folder, terminal.env) }
      : { started: false, alreadyRuns: true, pid: found.pid }
  const { apiUrl } = credential
  const verb = answer.alreadyRuns ? 'already runs' : 'started'
  terminal.out(
    json
      ? JSON.stringify({ ...answer, apiUrl })
      : `The daemon ${verb} (pid ${answer.pid}), reporting to ${apiUrl}.`,
  )
  return 0
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
const runHere = async (folder: DataFolder, credential: Credential, terminal: Terminal): Promise<number> => {
  const child = process.send !== undefined
  const log = createLog(folder.log, child ? null : (line) => terminal.err(line.trimEnd()))
  try {
    const surroundings = { home: homeOf(terminal.env), env: terminal.env }
    const daemon = await startDaemon({ folder, credential, formats, surroundings, log })
    stopOnSignals(daemon)
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

/** Starts the background process and waits for its word; resolves with its pid. Throws what kept it from starting. */
const launch = async (folder: DataFolder, env: NodeJS.ProcessEnv): Promise<number> => {
  const crash = openSync(folder.crash, 'w', 0o600)
  const entry = process.argv[1] ?? ''
  const child = spawn(
    process.execPath,
    [...process.execArgv, ...memoryFlags, entry, 'start', '--foreground'],
    {
      cwd: folder.path,
      env: daemonEnv(folder, env),
      detached: true,
      stdio: ['ignore', 'ignore', crash, 'ipc'],
    },
  )
  try {
    const pid = await handshake(child, folder)
    child.unref()
    return pid
  } catch (error) {
    if (child.exitCode === null) child.kill('SIGKILL')
    throw error
  } finally {
    closeSync(crash)
    if (child.connected) child.disconnect()
  }
}

/** The child starts in the data folder, so a relative WATCHBILL_DATA must not reach it; nor must an enrolment token. */
const daemonEnv = (folder: DataFolder, env: NodeJS.ProcessEnv): NodeJS.ProcessEnv => {
  const { WATCHBILL_ENROLL_TOKEN: _token, ...rest } = env
  return { ...rest, WATCHBILL_DATA: dirname(folder.path) }
}

const handshake = (child: ChildProcess, folder: DataFolder): Promise<number> =>
  new Promise((resolve, reject) => {
    const fail = (why: string, mend: string) => {
      clearTimeout(timer)
      reject(new Failure('the daemon did not start', why, mend))
    }
    const look = `look into ${folder.log}`
    const timer = setTimeout(() => fail(`no word from it within ${handshakeMs / 1000} s`, look), handshakeMs)
    child.on('error', (error) => fail(error.message, 'check that Node can start processes here'))
    child.on('exit', (code, signal) =>
      fail(`it ended at once (${signal ?? code}): ${crashText(folder)}`, look),
    )
    child.on('message', (message) => {
      const word = parseWord(message)
      if (word.failed !== null) return fail(word.failed.why, word.failed.mend)
      clearTimeout(timer)
      child.removeAllListeners('exit')
      resolve(word.pid ?? child.pid ?? 0)
    })
  })

interface Word {
  readonly pid: number | null
  readonly failed: { readonly why: string; readonly mend: string } | null
}

const parseWord = (message: unknown): Word => {
  if (typeof message !== 'object' || message === null) return { pid: null, failed: null }
  const pid = 'ready' in message && typeof message.ready === 'number' ? message.ready : null
  const failed = 'failed' in message && typeof message.failed === 'object' ? message.failed : null
  if (failed === null) return { pid, failed }
  const said = (key: 'why' | 'mend') =>
    String(Object.entries(failed).find(([name]) => name === key)?.[1] ?? 'unknown')
  return { pid, failed: { why: said('why'), mend: said('mend') } }
}

/** The last words of a process that died before it could tell. */
const crashText = (folder: DataFolder): string => {
  try {
    const lines = readFileSync(folder.crash, 'utf8').trim().split('\n')
    return lines.find((line) => /Error\b/.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  } catch {
    return 'it said nothing'
  }
}
