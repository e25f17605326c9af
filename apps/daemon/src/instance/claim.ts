import { randomBytes } from 'node:crypto'
import { chmod, open, readFile, rm, stat } from 'node:fs/promises'
import type { Server } from 'node:net'
import { isAlive } from '../alive.ts'
import type { DataFolder } from '../data-folder.ts'
import { errorCode } from '../error-code.ts'
import { askControl, type ControlHandlers, createControl } from './control.ts'
import { isSameProcess, readMark, writeMark } from './process-mark.ts'
import { parseStatus } from './status.ts'

const lockMs = 10_000
/** Well within the lock; one that is too busy to answer is known by its mark. */
const askMs = 3000
/** Longer than a lock holds, or whoever came right after it was left behind would give up just before it is free. */
const patienceMs = 2 * lockMs

/** Thrown when a daemon already serves this data folder. */
export class AlreadyRuns extends Error {
  override readonly name = 'AlreadyRuns'
  readonly pid: number
  constructor(pid: number) {
    super(`a daemon already runs for this data folder (pid ${pid})`)
    this.pid = pid
  }
}

/** This process is the daemon of the folder until `release`. */
export interface Claim {
  readonly nonce: string
  /** False once another process has taken the socket's place: then this one must step down. */
  isOurs(): Promise<boolean>
  release(): Promise<void>
}

/**
 * Makes this process the one daemon of a data folder; what a dead one left behind is cleared away. `prepare` runs once
 * nobody else can be it. Throws AlreadyRuns.
 */
export const claim = async (
  folder: DataFolder,
  prepare: (nonce: string) => Promise<ControlHandlers>,
): Promise<Claim> => {
  await lock(folder.lock)
  try {
    const running = parseStatus(await askControl(folder.socket, 'status', askMs))
    if (running !== null) throw new AlreadyRuns(running.pid)
    const mark = await readMark(folder.pid)
    if (mark !== null && (await isSameProcess(mark))) throw new AlreadyRuns(mark.pid)
    const nonce = randomBytes(16).toString('hex')
    const server = createControl(await prepare(nonce))
    if (process.platform !== 'win32') await rm(folder.socket, { force: true })
    await listen(server, folder.socket)
    await writeMark(folder.pid, nonce)
    return await held(folder, server, nonce)
  } finally {
    await rm(folder.lock, { force: true })
  }
}

const held = async (folder: DataFolder, server: Server, nonce: string): Promise<Claim> => {
  const ino = await inodeOf(folder.socket)
  const isOurs = async () => (await inodeOf(folder.socket)) === ino
  return {
    nonce,
    isOurs,
    release: async () => {
      const ours = await isOurs()
      await new Promise<void>((resolve) => server.close(() => resolve()))
      if (ours) for (const path of [folder.pid, folder.socket]) await rm(path, { force: true })
    },
  }
}

const listen = async (server: Server, path: string): Promise<void> => {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(path, resolve)
  })
  if (process.platform !== 'win32') await chmod(path, 0o600)
}

const inodeOf = async (path: string): Promise<number | null> =>
  process.platform === 'win32'
    ? 0
    : stat(path).then(
        ({ ino }) => ino,
        () => null,
      )

/** Only one starter at a time looks and takes; a lock whose owner died or hangs is taken over. */
const lock = async (path: string): Promise<void> => {
  const giveUpMs = performance.now() + patienceMs
  while (performance.now() < giveUpMs) {
    try {
      const file = await open(path, 'wx', 0o600)
      await file.writeFile(String(process.pid))
      await file.close()
      return
    } catch (error) {
      if (errorCode(error) !== 'EEXIST') throw error
    }
    if (await isAbandoned(path)) await rm(path, { force: true })
    else await new Promise((resolve) => setTimeout(resolve, 100))
  }
  throw new Error('another start is under way and does not finish')
}

const isAbandoned = async (path: string): Promise<boolean> => {
  try {
    const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)])
    const ageMs = Date.now() - mtimeMs
    return ageMs > lockMs || (text !== '' && !isAlive(Number(text)))
  } catch {
    return false
  }
}
