import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open, rename, rm } from 'node:fs/promises'
import { Failure } from '../cli/failure.ts'
import { errorCode, errorText } from '../error-code.ts'

/** Where an export goes; `done` makes the file appear under its name, `undo` leaves nothing behind. */
export interface Target {
  write(text: string): Promise<void>
  done(): Promise<void>
  undo(): Promise<void>
}

const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW = 0 } = constants
const what = 'the export was not written'

/** A new file for this user alone (0600), whole or not there; never through a link. Throws Failure. */
export const fileTarget = async (path: string, force: boolean): Promise<Target> => {
  await requireFree(path, force)
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  const file = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o600).catch(
    (error: unknown) => {
      throw new Failure(what, errorText(error), 'name a folder that is there and can be written')
    },
  )
  return {
    write: (text) => writeAll(file, text),
    done: async () => {
      await file.datasync()
      await file.close()
      // Looked at again: a file that came in the meantime is somebody's.
      await requireFree(path, force).catch(async (error: unknown) => {
        await rm(temporary, { force: true })
        throw error
      })
      await rename(temporary, path)
    },
    undo: async () => {
      await file.close().catch(() => {})
      await rm(temporary, { force: true })
    },
  }
}

const requireFree = async (path: string, force: boolean): Promise<void> => {
  const stats = await lstat(path).catch((error: unknown) => {
    if (errorCode(error) === 'ENOENT') return null
    throw new Failure(what, errorText(error), 'name a folder that is there and can be written')
  })
  if (stats === null) return
  if (stats.isSymbolicLink())
    throw new Failure(what, `${path} is a symbolic link`, 'name the file it leads to')
  if (!stats.isFile()) throw new Failure(what, `${path} is no file`, 'name another one')
  if (!force)
    throw new Failure(what, `${path} is there already`, 'name another file, or overwrite it: --force')
}

const writeAll = async (file: FileHandle, text: string): Promise<void> => {
  await file.writeFile(text).catch((error: unknown) => {
    throw new Failure(what, errorText(error), 'make room, then export again')
  })
}
