import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, openSync, readFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { footprintEnv, footprintFlags } from '../boundary/footprint.ts'
import type { DataFolder } from '../data-folder.ts'
import { Failure } from './failure.ts'

const handshakeMs = 30_000

/** Starts the background process and waits for its word; resolves with its pid. Throws what kept it from starting. */
export const launch = async (folder: DataFolder, env: NodeJS.ProcessEnv): Promise<number> => {
  const crash = openSync(folder.crash, 'w', 0o600)
  const entry = process.argv[1] ?? ''
  const child = spawn(
    process.execPath,
    [...process.execArgv, ...footprintFlags, entry, 'start', '--foreground', '--data', dirname(folder.path)],
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
  return { ...rest, ...footprintEnv, WATCHBILL_DATA: dirname(folder.path) }
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
    return lines.find((line) => /^[A-Za-z]*Error\b/.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  } catch {
    return 'it said nothing'
  }
}
