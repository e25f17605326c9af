import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'vitest'
import type { DatabaseDeps } from '../db/database.ts'
import { migrate } from '../db/migrate.ts'
import { openBackend } from '../db/open.ts'
import { findTemplate, openAt, openTestDatabase, seedStatement, type TestDatabase } from './database.ts'
import { startHranaPeer } from './hrana-peer.ts'

export type BackendName = 'file' | 'hrana peer' | 'server'
/** A fresh migrated database with `default`, `demo` and `other` in it. */
export type OpenBackend = (options?: Partial<DatabaseDeps>) => Promise<TestDatabase>

const server = process.env.LIBSQL_TEST_URL
const serverToken = process.env.LIBSQL_TEST_TOKEN

/**
 * Runs one suite on a local file, over HTTP on the Hrana peer and, when LIBSQL_TEST_URL is set, on that server. The server
 * is wiped for every test, so run it with --no-file-parallelism and give it a database that holds nothing else.
 */
export const describeBackends = (
  name: string,
  suite: (open: OpenBackend, backend: BackendName) => void,
): void => {
  describe(`${name} on a file`, () => suite(openTestDatabase, 'file'))
  describe(`${name} on the Hrana peer`, () => suite(openOnPeer, 'hrana peer'))
  if (server !== undefined)
    describe(`${name} on LIBSQL_TEST_URL`, () => suite(openOnServer(server), 'server'))
  else it.skip(`${name} on a real libSQL server: LIBSQL_TEST_URL is not set`, () => {})
}

export const openOnPeer: OpenBackend = async (options = {}) => {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-peer-'))
  const path = join(folder, 'watchbill.db')
  copyFileSync(await findTemplate(), path)
  const peer = await startHranaPeer({ path, token: 'peer-token' })
  return openAt(peer.url, { ...options, authToken: 'peer-token' }, async () => {
    await peer.close()
    rmSync(folder, { recursive: true, force: true })
  })
}

const openOnServer =
  (url: string): OpenBackend =>
  async (options = {}) => {
    const access = serverToken === undefined ? { url } : { url, authToken: serverToken }
    await wipe(access)
    await migrate({ ...access, now: Date.now })
    const database = await openAt(url, { ...options, ...access }, () => {})
    await database.raw(seedStatement)
    return database
  }

/** Refuses a database with any workspace but the three of the tests: somebody's data would be gone. */
const wipe = async (access: { url: string; authToken?: string }): Promise<void> => {
  const { client, close } = await openBackend(access)
  const { rows } = await client.execute(
    // What FTS5 keeps beside its table goes with it.
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'audit_text_%'",
  )
  const names = rows.map((row) => String(row.name))
  if (names.includes('workspaces')) {
    const foreign = await client.execute(
      "SELECT id FROM workspaces WHERE id NOT IN ('default', 'demo', 'other')",
    )
    if (foreign.rows.length > 0)
      throw new Error('LIBSQL_TEST_URL holds data of its own; give the tests an empty database')
  }
  await client.migrate(names.map((name) => `DROP TABLE IF EXISTS "${name}"`))
  await close()
}
