import { open, stat } from 'node:fs/promises'
import { dataFolder } from '../data-folder.ts'
import { Failure } from './failure.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

const lookEveryMs = 250

/** `logs [-n <lines>] [--follow]`: the daemon's log as it is, JSON lines; following ends with Ctrl-C. */
export const logs = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { follow, lines } = parseOptions('logs', args, ['follow', 'lines'])
  const count = lines === null ? 50 : Number(lines)
  if (!Number.isInteger(count) || count < 0)
    throw new Failure(
      'logs: how many lines?',
      `${String(lines).slice(0, 40)} is not a number`,
      'use: watchbill logs -n 100',
      2,
    )
  const { log } = dataFolder(terminal.env)
  const newest = await readFrom(log, 0)
  if (newest === null && !follow)
    throw new Failure('there is no log', `${log} is not there`, 'start the daemon first: watchbill start')
  const older = (await readFrom(`${log}.1`, 0))?.text ?? ''
  const all = (older + (newest?.text ?? '')).split('\n').filter(Boolean)
  for (const line of count === 0 ? [] : all.slice(-count)) terminal.out(line)
  return follow ? followFrom(log, newest ?? { text: '', ino: 0, size: 0 }, terminal) : 0
}

interface Piece {
  readonly text: string
  readonly ino: number
  readonly size: number
}

const readFrom = async (path: string, from: number): Promise<Piece | null> => {
  const file = await open(path, 'r').catch(() => null)
  if (file === null) return null
  try {
    const { ino, size } = await file.stat()
    const buffer = Buffer.alloc(Math.max(0, size - from))
    await file.read(buffer, 0, buffer.length, from)
    return { text: buffer.toString('utf8'), ino, size }
  } finally {
    await file.close()
  }
}

/** Goes on in the new file when the log is rotated, and waits for a file that is not there yet. */
const followFrom = async (path: string, seen: Piece, terminal: Terminal): Promise<number> => {
  const ended = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => ended.abort())
  let { ino, size } = seen
  let rest = ''
  while (!ended.signal.aborted) {
    const now = await stat(path).catch(() => null)
    if (now !== null && (now.ino !== ino || now.size < size)) {
      ino = now.ino
      size = 0
    }
    const piece = now !== null && now.size > size ? await readFrom(path, size) : null
    if (piece !== null) {
      size = piece.size
      const lines = (rest + piece.text).split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) terminal.out(line)
    }
    await pause(ended.signal)
  }
  return 0
}

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, lookEveryMs)
    signal.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
