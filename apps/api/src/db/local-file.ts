import { statSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Connection, openConnection } from './connection.ts'
import { unavailable } from './failure.ts'

/** The connections to one file, opened again when the file at that path has become another one. */
export interface LocalFile {
  writer(): Connection
  reader(): Connection
  /** Throws Fault('unavailable') when what stands at the path cannot be a database; a cached page would still answer. */
  requireDatabase(): void
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
    closePair(old)
    return pair
  }
  return {
    writer: () => current().writer,
    reader: () => current().reader,
    requireDatabase() {
      if (statFile(path).size < headerBytes) throw unavailable('The file is not a database.')
    },
    close: () => closePair(pair),
  }
}

const closePair = ({ reader, writer }: { reader: Connection; writer: Connection }) => {
  reader.close()
  writer.close()
}

/** A database has a header (sqlite.org/fileformat §1.3); an empty file is one that somebody else just made. */
const headerBytes = 100n

/**
 * By stat alone, never by opening: closing any descriptor of the file drops every POSIX lock that this process has on it,
 * and another process would then take the write-ahead log away (sqlite.org/howtocorrupt §2.2).
 */
const statFile = (path: string) => {
  const status = statSync(path, { bigint: true, throwIfNoEntry: false })
  if (!status) throw unavailable('The database file is gone.')
  return status
}

/** A write into a file that was deleted or replaced would be acknowledged and lost, so this is asked every time. */
const readIdentity = (path: string): string => {
  const { dev, ino, birthtimeNs } = statFile(path)
  return `${dev}:${ino}:${birthtimeNs}`
}
