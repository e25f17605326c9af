import { createHash, randomBytes } from 'node:crypto'
import { link, mkdir, open, readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'

/** The newest checkpoint of one log, and the step of its history that it is. */
export interface Held {
  readonly step: number
  /** The checkpoint with our own signature below it, as monitors read it. */
  readonly note: string
}

/** What a witness must never forget: one folder per log, in it the newest checkpoint it cosigned. */
export interface CheckpointStore {
  /** By `logId`; null before the first checkpoint. */
  read(id: string): Promise<Held | null>
  /**
   * Makes `note` step `after` + 1, durably; false when another request, of this process or another one, was there first.
   */
  put(id: string, after: number, note: string): Promise<boolean>
}

/** Where a log is found by monitors: lower-case hex SHA-256 of its origin (C2SP tlog-witness). */
export const logId = (origin: string): string => createHash('sha256').update(origin).digest('hex')

export const createCheckpointStore = (folder: string): CheckpointStore => ({
  read: async (id) => {
    // A file that vanishes between the two was replaced by a newer one.
    for (;;) {
      const step = await newestStep(join(folder, id))
      if (step === 0) return null
      const note = await readFile(join(folder, id, String(step)), 'utf8').catch(nullIfMissing)
      if (note !== null) return { step, note }
    }
  },
  put: async (id, after, note) => {
    const own = join(folder, id)
    await mkdir(own, { recursive: true, mode: 0o700 })
    if (after === 0) await syncFolder(folder)
    const temporary = join(own, `${randomBytes(6).toString('hex')}.tmp`)
    try {
      await writeDurably(temporary, note)
      return await take(own, temporary, after)
    } finally {
      await rm(temporary, { force: true })
    }
  },
})

/**
 * `link` fails where the name is taken: a compare-and-swap of the file system. A slow process may find a name free again
 * that was taken and cleared since, but then a higher step stands, which is looked for afterwards.
 */
const take = async (own: string, temporary: string, after: number): Promise<boolean> => {
  const path = join(own, String(after + 1))
  try {
    await link(temporary, path)
  } catch (error) {
    if (errorCode(error) === 'EEXIST') return false
    throw error
  }
  if ((await newestStep(own)) !== after + 1) {
    await rm(path, { force: true })
    return false
  }
  await syncFolder(own)
  await rm(join(own, String(after)), { force: true })
  return true
}

const newestStep = async (own: string): Promise<number> => {
  const names = (await readdir(own).catch(nullIfMissing)) ?? []
  return Math.max(0, ...names.filter((name) => /^[1-9]\d{0,14}$/.test(name)).map(Number))
}

const writeDurably = async (path: string, text: string): Promise<void> => {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.datasync()
  } finally {
    await file.close()
  }
}

const nullIfMissing = (error: unknown): null => {
  if (errorCode(error) === 'ENOENT') return null
  throw error
}
