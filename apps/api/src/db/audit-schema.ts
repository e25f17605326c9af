import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The tables of drizzle/0003_audit.sql as readers see them; the SQL is the authority (schema.test.ts compares the two). */
export const auditIndex = sqliteTable('audit_index', {
  no: integer('no').primaryKey({ autoIncrement: true }).notNull(),
  workspaceId: text('workspace_id').notNull(),
  indexed: integer('indexed').notNull().default(0),
  generation: integer('generation').notNull().default(0),
})

export const auditColumns = sqliteTable(
  'audit_columns',
  {
    workspaceId: text('workspace_id').notNull(),
    field: text('field').notNull(),
    first: integer('first').notNull(),
    count: integer('count').notNull(),
    dictionary: text('dictionary').notNull(),
    codes: blob('codes', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.field, table.first] })],
)

export const views = sqliteTable(
  'views',
  {
    workspaceId: text('workspace_id').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    q: text('q').notNull(),
    createdAt: integer('created_at').notNull(),
    updatedAt: integer('updated_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const shares = sqliteTable(
  'shares',
  {
    workspaceId: text('workspace_id').notNull(),
    id: text('id').notNull(),
    tokenHash: text('token_hash').notNull(),
    title: text('title').notNull(),
    kind: text('kind', { enum: ['selection', 'range'] }).notNull(),
    q: text('q').notNull(),
    fromSeq: integer('from_seq'),
    toSeq: integer('to_seq'),
    seqs: text('seqs'),
    count: integer('count').notNull(),
    redacted: text('redacted').notNull().default('[]'),
    content: integer('content').notNull().default(0),
    epoch: integer('epoch').notNull(),
    size: integer('size').notNull(),
    createdBy: text('created_by').notNull(),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at').notNull(),
    revokedAt: integer('revoked_at'),
    opened: integer('opened').notNull().default(0),
    lastOpenedAt: integer('last_opened_at'),
    refused: integer('refused').notNull().default(0),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const shareVisits = sqliteTable('share_visits', {
  hash: text('hash').primaryKey().notNull(),
  workspaceId: text('workspace_id').notNull(),
  shareId: text('share_id').notNull(),
  expiresAt: integer('expires_at').notNull(),
})
