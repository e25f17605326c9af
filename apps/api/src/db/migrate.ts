import { closeSync, mkdirSync, openSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Client } from '@libsql/client/http'
import { Fault } from '@watchbill/contract/fault'
import { parseFileUrl } from './local-file.ts'
import { type Migration, readMigrations } from './migration-files.ts'
import { withMigrationLock } from './migration-lock.ts'
import { openBackend } from './open.ts'
import { splitSql } from './sql-script.ts'

export interface MigrateOptions {
  readonly url: string
  readonly authToken?: string | undefined
  readonly now: () => number
  /** Defaults to the files of drizzle/. */
  readonly migrations?: readonly Migration[]
  /** Stop after this id; when it is older than what is applied, the `.down.sql` files lead back to it. */
  readonly to?: string
}

export interface MigrationReport {
  readonly applied: readonly string[]
  readonly reverted: readonly string[]
  /** Where the copy made beforehand lies; null when there was no data yet, nothing to do, or the database is remote. */
  readonly backup: string | null
  readonly newest: string | null
}

/**
 * Brings a database to the newest migration, creating a local file where there is none. Several starters may call it at
 * once: one applies, the others wait. Each file is one transaction, so an interrupted run resumes at the next file.
 * Throws Fault('conflict') when an applied file was edited or the database is newer than this program.
 */
export const migrate = async (options: MigrateOptions): Promise<MigrationReport> => {
  const path = options.url.startsWith('file:') ? parseFileUrl(options.url) : null
  if (path !== null) createFile(path)
  const backend = await openBackend(options)
  try {
    return await withMigrationLock(backend.client, (renew) =>
      runPending({
        client: backend.client,
        path,
        renew,
        options,
        files: options.migrations ?? readMigrations(),
      }),
    )
  } finally {
    await backend.close()
  }
}

interface Run {
  readonly client: Client
  readonly path: string | null
  readonly renew: () => Promise<void>
  readonly options: MigrateOptions
  readonly files: readonly Migration[]
}

const runPending = async ({ client, path, renew, options, files }: Run): Promise<MigrationReport> => {
  const applied = await readApplied(client)
  checkHistory(applied, files)
  const last = options.to ?? files.at(-1)?.id ?? ''
  if (!files.some((file) => file.id === last)) throw new Error(`there is no migration ${last}`)
  const pending = files.filter((file) => file.id <= last && !applied.has(file.id))
  const surplus = files.filter((file) => file.id > last && applied.has(file.id)).reverse()
  const busy = pending.length + surplus.length > 0 && applied.size > 0
  const backup = busy && path !== null ? await copyDatabase(client, path, options.now()) : null
  for (const file of surplus) {
    await renew()
    await revertFile(client, file)
  }
  for (const file of pending) {
    await renew()
    await applyFile(client, file, options.now())
  }
  return {
    applied: pending.map((file) => file.id),
    reverted: surplus.map((file) => file.id),
    backup,
    newest: last,
  }
}

const readApplied = async (client: Client): Promise<Map<string, string>> => {
  const { rows } = await client.execute('SELECT id, sha256 FROM migrations ORDER BY id')
  return new Map(rows.map((row) => [String(row.id), String(row.sha256)]))
}

const checkHistory = (applied: ReadonlyMap<string, string>, files: readonly Migration[]): void => {
  const newest = [...applied.keys()].at(-1) ?? ''
  for (const [id, sha256] of applied) {
    const file = files.find((candidate) => candidate.id === id)
    if (!file) {
      throw new Fault('conflict', `The database has migration ${id}, which this program does not know.`, {
        mend: 'Start the version of Watchbill that last ran on this database, or a newer one.',
      })
    }
    if (file.sha256 !== sha256) {
      throw new Fault('conflict', `Migration ${id} was edited after it had been applied to this database.`, {
        mend: `Restore drizzle/${id}.sql as it was and put the change into a new file.`,
      })
    }
  }
  const skipped = files.find((file) => file.id < newest && !applied.has(file.id))
  if (skipped) {
    throw new Fault(
      'conflict',
      `Migration ${skipped.id} is older than ${newest}, which is applied already.`,
      {
        mend: `Give drizzle/${skipped.id}.sql a number above ${newest}.`,
      },
    )
  }
}

/** The row comes first: a second starter past a stolen lock breaks on its key before it touches anything. */
const applyFile = async (client: Client, file: Migration, now: number): Promise<void> => {
  await client.migrate([
    {
      sql: 'INSERT INTO migrations (id, sha256, applied_at) VALUES (?, ?, ?)',
      args: [file.id, file.sha256, now],
    },
    ...splitSql(file.sql),
    foreignKeyCheck,
  ])
}

const revertFile = async (client: Client, file: Migration): Promise<void> => {
  if (file.down === null)
    throw new Error(`drizzle/${file.id}.down.sql does not exist: ${file.id} cannot be undone`)
  const row = { sql: 'DELETE FROM migrations WHERE id = ?', args: [file.id] }
  await client.migrate([row, ...splitSql(file.down), foreignKeyCheck])
}

/** Foreign keys are off while a file runs, so a row left without its parent breaks CHECK migration_check instead. */
const foreignKeyCheck =
  'UPDATE migration_lock SET ok = ((SELECT count(*) FROM pragma_foreign_key_check) = 0) WHERE id = 1'

const copyDatabase = async (client: Client, path: string, now: number): Promise<string> => {
  const folder = join(dirname(path), 'backups')
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const target = join(folder, `${new Date(now).toISOString().replaceAll(/[-:.]/g, '')}.db`)
  // VACUUM INTO an empty file of ours keeps the mode: the copy is no more readable than the database.
  closeSync(openSync(target, 'wx', 0o600))
  await client.execute({ sql: 'VACUUM INTO ?', args: [target] })
  return target
}

/** Mode 0600 from the first byte: the file will hold hashed keys and what agents did. */
const createFile = (path: string): void => {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  closeSync(openSync(path, 'a', 0o600))
}
