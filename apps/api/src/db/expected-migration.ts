/** The newest file of drizzle/ this build was written for; the edge compares it and never migrates (DESIGN §6). */
export const expectedMigration = '0003_audit'
