import { createHash, randomBytes } from 'node:crypto'
import { copyFileSync, existsSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Client, InValue } from '@libsql/client/http'
import { createDatabase, type Database, type DatabaseDeps } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { readMigrations } from '../db/migration-files.ts'
import { openBackend } from '../db/open.ts'

export interface TestDatabase extends Database {
  /** The file behind it; empty on a remote server. */
  readonly path: string
  /** Any statement, past the doors: to arrange what a test needs and to look at what it left. */
  raw(sql: string, args?: readonly InValue[]): Promise<Record<string, unknown>[]>
  /** Closes the database and removes its folder. */
  cleanup(): Promise<void>
}

/** A migrated database of its own for one test: a copy of a template file (0.5 ms), with `default`, `demo` and `other`. */
export const openTestDatabase = async (options: Partial<DatabaseDeps> = {}): Promise<TestDatabase> => {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-test-'))
  const path = join(folder, 'watchbill.db')
  copyFileSync(await findTemplate(), path)
  const remove = () => rmSync(folder, { recursive: true, force: true })
  return { ...(await openAt(`file:${path}`, options, remove)), path }
}

/** The same over any url, for the suites that also run on a remote server. `after` runs once it is closed. */
export const openAt = async (
  url: string,
  options: Partial<DatabaseDeps> & { authToken?: string },
  after: () => void | Promise<void>,
): Promise<TestDatabase> => {
  const { now = Date.now, authToken } = options
  const backend = await openBackend({ url, authToken })
  const database = createDatabase(url, backend, { now, randomBytes: options.randomBytes ?? randomBytes })
  return {
    ...database,
    path: '',
    raw: (sql, args = []) => runRaw(backend.client, sql, args),
    async cleanup() {
      await database.close()
      await after()
    },
  }
}

const runRaw = async (client: Client, sql: string, args: readonly InValue[]) => {
  const { rows } = await client.execute({ sql, args: [...args] })
  return rows.map((row) => ({ ...row }))
}

export const seedStatement = `INSERT OR IGNORE INTO workspaces (id, name, kind, created_at) VALUES
  ('default', 'Default', 'real', 0), ('demo', 'Demo', 'demo', 0), ('other', 'Other', 'real', 0)`

/** One template per state of drizzle/, shared by every test process; the rename makes its appearance atomic. */
export const findTemplate = async (): Promise<string> => {
  const digest = createHash('sha256').update(seedStatement)
  for (const { sha256 } of readMigrations()) digest.update(sha256)
  const template = join(tmpdir(), `watchbill-template-${digest.digest('hex').slice(0, 16)}.db`)
  if (existsSync(template)) return template
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-template-'))
  const url = `file:${join(folder, 'new.db')}`
  await migrate({ url, now: Date.now })
  const backend = await openBackend({ url })
  await backend.client.execute(seedStatement)
  await backend.client.execute({ sql: 'VACUUM INTO ?', args: [join(folder, 'copy.db')] })
  await backend.close()
  renameSync(join(folder, 'copy.db'), template)
  rmSync(folder, { recursive: true, force: true })
  return template
}
