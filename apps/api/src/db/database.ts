import type { Client } from '@libsql/client/http'
import type { SQL } from 'drizzle-orm'
import { drizzle } from 'drizzle-orm/libsql/http'
import { SQLiteAsyncDialect } from 'drizzle-orm/sqlite-core'
import { type ChangeBell, createBell } from '../stream/bell.ts'
import type { Backend } from './backend.ts'
import { bindValue } from './bind.ts'
import { createDoors } from './doors.ts'
import { expectedMigration } from './expected-migration.ts'
import type { ReadDb } from './read-db.ts'
import type { IngestDoor, RecordDoor } from './write.ts'

export interface Database {
  readonly url: string
  /** Readers for one workspace; today all share one database (DESIGN rule 3). */
  dbFor(workspace: string): ReadDb
  /** Rows that belong to the installation rather than to a workspace. */
  readonly installation: ReadDb
  readonly record: RecordDoor
  readonly ingest: IngestDoor
  readonly bell: ChangeBell
  /** A real round trip; rejects with Fault('unavailable') within a second while the database is away. */
  ping(): Promise<void>
  /** Compares the newest applied migration with the one this build was written for. Throws while the database is away. */
  expectMigration(): Promise<MigrationCheck>
  close(): Promise<void>
}

interface MigrationCheck {
  readonly ok: boolean
  readonly expected: string
  readonly found: string | null
}

export interface DatabaseDeps {
  readonly now: () => number
  readonly randomBytes: (count: number) => Uint8Array
}

/** One database, local or remote, behind readers and the two doors. */
export const createDatabase = (url: string, backend: Backend, deps: DatabaseDeps): Database => {
  const reader = createReader(backend.client)
  const bell = createBell()
  return {
    url,
    dbFor: () => reader,
    installation: reader,
    ...createDoors({ ...deps, commit: backend.commit, bell }),
    bell,
    ping: backend.ping,
    expectMigration: () => checkMigration(backend.client),
    close: backend.close,
  }
}

const createReader = (client: Client): ReadDb => {
  const dialect = new SQLiteAsyncDialect()
  return Object.assign(drizzle(client), {
    async rows<T>(query: SQL): Promise<T[]> {
      const { sql, params } = dialect.sqlToQuery(query)
      assertReadOnly(sql)
      const result = await client.execute({ sql, args: params.map(bindValue) })
      return asRows<T>(result.rows.map((row) => ({ ...row })))
    },
  })
}

/** The remote server would obey a DELETE behind a WITH, so the text itself is read, without its quoted parts. */
const assertReadOnly = (sql: string): void => {
  const bare = sql.replace(/'[^']*'|"[^"]*"|`[^`]*`|\[[^\]]*\]|--[^\n]*|\/\*[\s\S]*?\*\//g, ' ')
  const writes =
    /\b(insert|replace)\s+(or\s+\w+\s+)?into\b|\b(update|delete|drop|alter|create|attach|pragma)\b\s+\w|;\s*\S/i
  if (!/^\s*(select|with)\b/i.test(bare) || writes.test(bare))
    throw new Error('rows() reads; writes take a door')
}

const checkMigration = async (client: Client): Promise<MigrationCheck> => {
  const expected = expectedMigration
  const found = await readNewestMigration(client)
  return { ok: found === expected, expected, found }
}

/** Null before the first migration. */
const readNewestMigration = async (client: Client): Promise<string | null> => {
  const table = await client.execute(
    "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'migrations'",
  )
  if (table.rows.length === 0) return null
  const newest = await client.execute('SELECT max(id) AS id FROM migrations')
  const id = newest.rows[0]?.id
  return typeof id === 'string' ? id : null
}

/** The caller names the row it asked for; SQL text has no type to infer. */
const asRows = <T>(rows: unknown[]) => rows as T[]
