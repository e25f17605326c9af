import { randomBytes } from 'node:crypto'
import type { Client } from '@libsql/client/http'
import { unavailable } from './failure.ts'

/** A starter that died while migrating is waited for this long, ms. */
const leaseMs = 15_000
const waitMs = 60_000

const tables = [
  `CREATE TABLE IF NOT EXISTS migrations (
    id TEXT PRIMARY KEY NOT NULL,
    sha256 TEXT NOT NULL,
    applied_at INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID`,
  `CREATE TABLE IF NOT EXISTS migration_lock (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    holder TEXT,
    until INTEGER NOT NULL,
    ok INTEGER NOT NULL CONSTRAINT migration_check CHECK (ok = 1)
  ) STRICT`,
  'INSERT OR IGNORE INTO migration_lock (id, holder, until, ok) VALUES (1, NULL, 0, 1)',
]

/** Runs `work` while no other starter migrates this database. `renew` extends the lease between two files. */
export const withMigrationLock = async <T>(
  client: Client,
  work: (renew: () => Promise<void>) => Promise<T>,
): Promise<T> => {
  const holder = randomBytes(12).toString('hex')
  await client.batch(tables, 'write')
  const take = async () => {
    const [taken] = await client.batch([takeStatement(holder)], 'write')
    return taken?.rowsAffected === 1
  }
  await takeTurn(take)
  const renew = async () => {
    if (!(await take())) throw unavailable('Another starter took over the migration.')
  }
  try {
    return await work(renew)
  } finally {
    await client.batch([
      { sql: 'UPDATE migration_lock SET holder = NULL, until = 0 WHERE holder = ?', args: [holder] },
    ])
  }
}

/** The lease runs on the database's own clock: starters on several machines need not agree on the time. */
const takeStatement = (holder: string) => ({
  sql: `UPDATE migration_lock SET holder = ?1, until = unixepoch() * 1000 + ?2
    WHERE holder IS NULL OR holder = ?1 OR until < unixepoch() * 1000`,
  args: [holder, leaseMs],
})

const takeTurn = async (take: () => Promise<boolean>): Promise<void> => {
  const giveUpAt = performance.now() + waitMs
  while (!(await take())) {
    if (performance.now() > giveUpAt) throw unavailable('Another starter holds the migration lock.')
    await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 60))
  }
}
