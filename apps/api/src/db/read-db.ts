import type { SQL } from 'drizzle-orm'
import type { LibSQLDatabase } from 'drizzle-orm/libsql/driver-core'

/** Reading only. Failures of a `select` arrive as the `cause` of drizzle's own error: see db/failure.ts `findFault`. */
export type ReadDb = Pick<LibSQLDatabase, 'select' | 'selectDistinct' | '$count'> & {
  /** Plain rows by column name, for what the builder cannot say. Refuses anything but one SELECT or WITH … SELECT. */
  rows<T>(query: SQL): Promise<T[]>
}
