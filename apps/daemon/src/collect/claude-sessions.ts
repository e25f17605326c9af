import { spawn } from 'node:child_process'
import { access, constants, readdir, realpath, stat } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { type LiveSession, parseClaudeAgents, parseClaudeProcess } from '@watchbill/runtimes'
import { isAlive } from '../alive.ts'
import { openBelow } from './open-below.ts'
import { processStartMs } from './processes.ts'

const fileLimitBytes = 64 * 1024
const outputLimitBytes = 1024 * 1024
const commandMs = 5000

/** A row of the list; `stated` is false when the row says that a process lives but not what it does. */
export interface ListedSession extends LiveSession {
  readonly stated: boolean
}

/** Claude Code's own list below its folder, `sessions/<pid>.json`; null when this version keeps none (reference §1.4). */
export const readClaudeList = async (base: string): Promise<ListedSession[] | null> => {
  const folder = await realpath(join(base, 'sessions')).catch(() => null)
  if (folder === null) return null
  const names = await readdir(folder).catch(() => null)
  if (names === null) return null
  const { uid } = await stat(folder)
  const files = names.filter((name) => /^[1-9]\d{0,9}\.json$/.test(name)).slice(0, 1000)
  const rows = await Promise.all(files.map((name) => readRow({ path: folder, uid }, name)))
  return rows.filter((row) => row !== null)
}

/** A file of a process that is gone, or of another one that got its number since, says nothing. */
const readRow = async (root: { path: string; uid: number }, name: string): Promise<ListedSession | null> => {
  const pid = Number.parseInt(name, 10)
  if (!isAlive(pid)) return null
  try {
    const { handle, stats } = await openBelow(root, name)
    try {
      const startMs = await processStartMs(pid)
      if (startMs !== null && startMs > stats.mtimeMs + 5000) return null
      if (stats.size > fileLimitBytes) return null
      const text = await handle.readFile('utf8')
      const row = parseClaudeProcess(text)
      return row === null ? null : { ...row, pid, stated: /"(status|state)"\s*:/.test(text) }
    } finally {
      await handle.close()
    }
  } catch {
    return null
  }
}

/** `claude agents --json`, for versions without that folder; null when there is no such command or it fails. */
export const askClaude = async (base: string, env: NodeJS.ProcessEnv): Promise<ListedSession[] | null> => {
  const command = await onPath('claude', env)
  if (command === null) return null
  // Under Node's permission model starting a process throws: then the list stays unknown.
  const output = await run(command, ['agents', '--json'], { ...env, CLAUDE_CONFIG_DIR: base }).catch(
    () => null,
  )
  const rows = output === null ? null : parseClaudeAgents(output)
  if (rows === null) return null
  return rows.filter(({ pid }) => pid === null || isAlive(pid)).map((row) => ({ ...row, stated: true }))
}

const onPath = async (name: string, env: NodeJS.ProcessEnv): Promise<string | null> => {
  for (const folder of (env.PATH ?? '').split(delimiter)) {
    if (!folder.startsWith('/')) continue
    const path = join(folder, name)
    if (
      await access(path, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return path
  }
  return null
}

/** Standard output of a command that ends well within its time and its size; null otherwise. */
const run = (command: string, args: readonly string[], env: NodeJS.ProcessEnv): Promise<string | null> =>
  new Promise((resolve) => {
    const child = spawn(command, args, {
      env,
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: commandMs,
      killSignal: 'SIGKILL',
    })
    const pieces: Buffer[] = []
    let size = 0
    child.stdout.on('data', (piece: Buffer) => {
      size += piece.length
      if (size <= outputLimitBytes) pieces.push(piece)
      else child.kill('SIGKILL')
    })
    child.on('error', () => resolve(null))
    child.on('close', (code) => resolve(code === 0 ? Buffer.concat(pieces).toString('utf8') : null))
  })
