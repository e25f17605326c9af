import { getTableColumns, getTableName, is } from 'drizzle-orm'
import { SQLiteTable } from 'drizzle-orm/sqlite-core'
import { expect, it } from 'vitest'
import { openTestDatabase } from '../testing/database.ts'
import * as auditSchema from './audit-schema.ts'
import { expectedMigration } from './expected-migration.ts'
import * as logSchema from './log-schema.ts'
import { readMigrations } from './migration-files.ts'
import * as schema from './schema.ts'

const tables = [...Object.values(schema), ...Object.values(logSchema), ...Object.values(auditSchema)].filter(
  (value) => is(value, SQLiteTable),
)
/** Touched in SQL alone, by the doors and the migration runner. */
const unmapped = ['audit_text', 'guard', 'migration_lock', 'migrations']

it('mirrors drizzle/*.sql, column by column', async () => {
  const database = await openTestDatabase()
  const named = await database.raw(
    // FTS5 keeps its index in tables named after its own.
    "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'audit_text_%'",
  )
  expect([...tables.map(getTableName), ...unmapped].sort()).toEqual(named.map((row) => row.name).sort())
  for (const table of tables) {
    const columns = await database.raw('SELECT name, type, "notnull" AS required FROM pragma_table_info(?)', [
      getTableName(table),
    ])
    const mirrored = Object.values(getTableColumns(table)).map((column) => ({
      name: column.name,
      type: column.getSQLType().toUpperCase(),
      required: column.notNull ? 1 : 0,
    }))
    expect(mirrored, getTableName(table)).toEqual(columns)
  }
  await database.cleanup()
})

it('expects the newest file', () => {
  expect(expectedMigration).toBe(readMigrations().at(-1)?.id)
})
