import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { parseFileUrl } from '../db/local-file.ts'
import { type Database, openDatabase } from '../db/open.ts'
import type { Env } from '../env.ts'
import { UsageError } from './command.ts'

/** The migrated database. Several processes may hold one file open at once. Throws when there is none yet. */
export const requireDatabase = async (env: Env): Promise<Database> => {
  const { databaseUrl: url, databaseToken } = env
  if (url.startsWith('file:') && !existsSync(parseFileUrl(url))) {
    throw new UsageError(
      `there is no database in ${env.data} yet. Start Watchbill once, or run \`watchbill migrate\`; ` +
        'WATCHBILL_DATA names another folder.',
    )
  }
  const database = await openDatabase({
    url,
    authToken: databaseToken ?? undefined,
    now: Date.now,
    randomBytes,
  })
  const { ok, expected, found } = await database.expectMigration()
  if (ok) return database
  await database.close()
  throw new UsageError(
    `the database is at ${found ?? 'no migration'}, this program needs ${expected}. Run \`watchbill migrate\`.`,
  )
}
