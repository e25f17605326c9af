import { randomBytes } from 'node:crypto'
import { closeSync, constants, openSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'

/** Replaces a file whole or not at all: temp file (0600), fsync, rename. */
export const writeAtomic = async (path: string, text: string): Promise<void> => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = await open(temporary, 'wx', 0o600)
    try {
      await file.writeFile(text)
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

const { O_WRONLY, O_CREAT, O_EXCL, O_DSYNC = 0 } = constants
// O_DSYNC writes through: under Node's permission model fdatasync of a bare descriptor is refused.
const durableNew = O_WRONLY | O_CREAT | O_EXCL | O_DSYNC

/** The same for small files that must be there before the caller goes on. */
export const writeAtomicSync = (path: string, text: string): void => {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`
  try {
    const file = openSync(temporary, durableNew, 0o600)
    try {
      writeFileSync(file, text)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}

/** Makes a rename or a new file in this folder survive a power cut; a no-op where folders cannot be opened. */
export const syncFolder = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
