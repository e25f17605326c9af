import { readdirSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { openConnection } from '../db/connection.ts'
import { parseFileUrl } from '../db/local-file.ts'
import { pause } from '../pause.ts'

const patienceMs = 10_000

/**
 * What an erasure leaves behind in files of ours: the write-ahead log, and copies made before migrations. Null for a
 * database on a server, whose files are not ours. Throws Error when a reader keeps the write-ahead log for ten seconds.
 */
export const createScour = (databaseUrl: string): (() => Promise<void>) | null => {
  if (!databaseUrl.startsWith('file:')) return null
  const path = parseFileUrl(databaseUrl)
  return async () => {
    await truncateLog(path)
    removeBackups(join(dirname(path), 'backups'))
  }
}

/** On a connection of its own: the writer may live on another thread. */
const truncateLog = async (path: string): Promise<void> => {
  const connection = openConnection({ path, busyMs: 50 })
  try {
    const giveUpAt = performance.now() + patienceMs
    while (!truncated(connection)) {
      if (performance.now() > giveUpAt) {
        throw new Error(
          'other programs keep reading the database; its write-ahead log still holds what was erased',
        )
      }
      await pause(20, new AbortController().signal)
    }
  } finally {
    connection.close()
  }
}

/** `wal_checkpoint` answers busy, frames in the log, frames moved; it does not fail when it had to stop. */
const truncated = (connection: ReturnType<typeof openConnection>): boolean => {
  const { rows } = connection.run({ sql: 'PRAGMA wal_checkpoint(TRUNCATE)', args: [] })
  return Number(rows[0]?.busy ?? 1) === 0
}

/** A copy from before still holds what was erased. The newest state is the database itself. */
const removeBackups = (folder: string): void => {
  for (const name of readNames(folder)) rmSync(join(folder, name), { force: true })
}

const readNames = (folder: string): string[] => {
  try {
    return readdirSync(folder)
  } catch {
    return []
  }
}
