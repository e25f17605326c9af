import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/**
 * The tables of drizzle/0001_base.sql as readers see them; the SQL is the authority (schema.test.ts compares the two).
 * Times are integer ms, UTC. Columns named `report`, `readings`, `detail`, `looked_at` and `unread` hold JSON text.
 */
export const workspaces = sqliteTable('workspaces', {
  id: text('id').primaryKey().notNull(),
  name: text('name').notNull(),
  kind: text('kind', { enum: ['real', 'demo'] }).notNull(),
  createdAt: integer('created_at').notNull(),
  changeSeq: integer('change_seq').notNull().default(0),
})

export const keys = sqliteTable(
  'keys',
  {
    workspaceId: text('workspace_id').notNull(),
    id: text('id').notNull(),
    kind: text('kind', { enum: ['key', 'machine', 'enrollment'] }).notNull(),
    name: text('name').notNull(),
    scopes: text('scopes').notNull(),
    hash: text('hash').notNull().unique(),
    machineId: text('machine_id'),
    createdAt: integer('created_at').notNull(),
    expiresAt: integer('expires_at'),
    revokedAt: integer('revoked_at'),
    lastUsedAt: integer('last_used_at'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const signInTokens = sqliteTable('sign_in_tokens', {
  hash: text('hash').primaryKey().notNull(),
  createdAt: integer('created_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  redeemedAt: integer('redeemed_at'),
})

export const browserSessions = sqliteTable('browser_sessions', {
  hash: text('hash').primaryKey().notNull(),
  id: text('id').notNull().unique(),
  name: text('name').notNull(),
  createdAt: integer('created_at').notNull(),
  lastUsedAt: integer('last_used_at').notNull(),
  expiresAt: integer('expires_at').notNull(),
  revokedAt: integer('revoked_at'),
})

export const machines = sqliteTable(
  'machines',
  {
    workspaceId: text('workspace_id').notNull(),
    id: text('id').notNull(),
    name: text('name').notNull(),
    os: text('os'),
    arch: text('arch'),
    daemonVersion: text('daemon_version'),
    daemonStartedAt: integer('daemon_started_at'),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
    ttlMs: integer('ttl_ms').notNull(),
    skewMs: integer('skew_ms'),
    lookedAt: text('looked_at').notNull().default('[]'),
    unread: text('unread').notNull().default('[]'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const agents = sqliteTable(
  'agents',
  {
    workspaceId: text('workspace_id').notNull(),
    id: text('id').notNull(),
    machineId: text('machine_id').notNull(),
    runtime: text('runtime').notNull(),
    name: text('name').notNull(),
    owner: text('owner'),
    version: text('version'),
    liveness: text('liveness', { enum: ['running', 'stopped', 'unreadable'] }).notNull(),
    livenessReason: text('liveness_reason'),
    health: text('health', { enum: ['healthy', 'degraded', 'unhealthy', 'unknown'] }).notNull(),
    healthReason: text('health_reason'),
    source: text('source').notNull(),
    snapshotId: text('snapshot_id').notNull(),
    firstSeenAt: integer('first_seen_at').notNull(),
    conditionSince: integer('condition_since').notNull(),
    observedAt: integer('observed_at').notNull(),
    reportedAt: integer('reported_at').notNull(),
    receivedAt: integer('received_at').notNull(),
    staleAt: integer('stale_at'),
    skewMs: integer('skew_ms'),
    readings: text('readings').notNull().default('[]'),
    detail: text('detail').notNull().default('{}'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const sessions = sqliteTable(
  'sessions',
  {
    workspaceId: text('workspace_id').notNull(),
    id: text('id').notNull(),
    agentId: text('agent_id').notNull(),
    machineId: text('machine_id').notNull(),
    state: text('state', { enum: ['waiting', 'working', 'idle', 'ended'] }).notNull(),
    waitingSince: integer('waiting_since'),
    startedAt: integer('started_at'),
    lastActivityAt: integer('last_activity_at'),
    staleAt: integer('stale_at'),
    observedAt: integer('observed_at').notNull(),
    snapshotId: text('snapshot_id').notNull(),
    project: text('project'),
    branch: text('branch'),
    model: text('model'),
    nativeId: text('native_id').notNull(),
    tokensInput: integer('tokens_input'),
    tokensCacheRead: integer('tokens_cache_read'),
    tokensCacheWrite: integer('tokens_cache_write'),
    tokensOutput: integer('tokens_output'),
    tokensReasoning: integer('tokens_reasoning'),
    costMicroUsd: integer('cost_micro_usd'),
    denials: integer('denials'),
    repeatCount: integer('repeat_count'),
    report: text('report').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const snapshots = sqliteTable(
  'snapshots',
  {
    workspaceId: text('workspace_id').notNull(),
    id: text('id').notNull(),
    agentId: text('agent_id').notNull(),
    observedAt: integer('observed_at').notNull(),
    receivedAt: integer('received_at').notNull(),
    ttlMs: integer('ttl_ms').notNull(),
    late: integer('late').notNull(),
    liveness: text('liveness').notNull(),
    health: text('health').notNull(),
    waiting: integer('waiting'),
    working: integer('working'),
    tokens: integer('tokens'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const changes = sqliteTable(
  'changes',
  {
    workspaceId: text('workspace_id').notNull(),
    seq: integer('seq').notNull(),
    at: integer('at').notNull(),
    kind: text('kind', { enum: ['agent', 'pulse', 'session', 'machine', 'workspace'] }).notNull(),
    ref: text('ref').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.seq] })],
)
