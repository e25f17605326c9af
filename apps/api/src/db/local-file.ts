import { statSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { type Connection, openConnection } from './connection.ts'
import { unavailable } from './failure.ts'

/** The connections to one file, opened again when the file at that path has become another one. */
export interface LocalFile {
  writer(): Connection
  reader(): Connection
  /** Reads the header through a descriptor of its own: a cached page would answer for a file that is gone. */
  check(): Promise<void>
  close(): void
}

/** `file:/a/b.db`, `file:///a/b.db` or `file:b.db` (relative to the working directory). */
export const parseFileUrl = (url: string): string =>
  url.startsWith('file://') ? fileURLToPath(url) : decodeURIComponent(url.slice('file:'.length))

/** How long a lock of another process may block this thread, ms; beyond it the write waits without blocking. */
const busyMs = 50

/** Opens an existing file. Throws Fault('unavailable') when there is none: a new one would hide the loss. */
export const openLocalFile = (path: string): LocalFile => {
  const openPair = () => ({
    identity: readIdentity(path),
    writer: openConnection({ path, busyMs }),
    reader: openConnection({ path, busyMs, queryOnly: true }),
  })
  let pair = openPair()
  const current = () => {
    if (readIdentity(path) === pair.identity) return pair
    const old = pair
    pair = openPair()
    old.reader.close()
    old.writer.close()
    return pair
  }
  return {
    writer: () => current().writer,
    reader: () => current().reader,
    check: () => checkHeader(path),
    close() {
      pair.reader.close()
      pair.writer.close()
    },
  }
}

/** A write into a file that was deleted or replaced would be acknowledged and lost, so this is asked every time. */
const readIdentity = (path: string): string => {
  const status = statSync(path, { throwIfNoEntry: false })
  if (!status) throw unavailable('The database file is gone.')
  return `${status.dev}:${status.ino}`
}

const headerText = 'SQLite format 3\0'

const checkHeader = async (path: string): Promise<void> => {
  const file = await open(path, 'r')
  try {
    const { buffer } = await file.read(Buffer.alloc(16), 0, 16, 0)
    if (buffer.toString('latin1') !== headerText) throw unavailable('The file is not a database.')
  } finally {
    await file.close()
  }
}
