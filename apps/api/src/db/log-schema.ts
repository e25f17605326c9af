import { blob, integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core'

/** The tables of drizzle/0002_log.sql as readers see them; the SQL is the authority (schema.test.ts compares the two). */
export const logs = sqliteTable('logs', {
  workspaceId: text('workspace_id').primaryKey().notNull(),
  origin: text('origin'),
  epoch: integer('epoch').notNull().default(0),
  size: integer('size').notNull().default(0),
  frontier: blob('frontier', { mode: 'buffer' }).notNull(),
  ownProducer: text('own_producer').notNull(),
  ownPseq: integer('own_pseq').notNull().default(0),
  ownPrev: blob('own_prev', { mode: 'buffer' }).notNull(),
  published: integer('published').notNull().default(0),
})

export const producers = sqliteTable(
  'producers',
  {
    workspaceId: text('workspace_id').notNull(),
    id: text('id').notNull(),
    no: integer('no').notNull(),
    owner: text('owner').notNull(),
    nextPseq: integer('next_pseq').notNull(),
    lastLeaf: blob('last_leaf', { mode: 'buffer' }).notNull(),
    sealedPseq: integer('sealed_pseq'),
    firstSeenAt: integer('first_seen_at').notNull(),
    lastSeenAt: integer('last_seen_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.id] })],
)

export const entries = sqliteTable(
  'entries',
  {
    workspaceId: text('workspace_id').notNull(),
    seq: integer('seq').notNull(),
    producerNo: integer('producer_no').notNull(),
    pseq: integer('pseq').notNull(),
    receivedAt: integer('received_at').notNull(),
    leaf: blob('leaf', { mode: 'buffer' }).notNull(),
    header: blob('header', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.seq] })],
)

export const payloads = sqliteTable(
  'payloads',
  {
    workspaceId: text('workspace_id').notNull(),
    seq: integer('seq').notNull(),
    salt: blob('salt', { mode: 'buffer' }).notNull(),
    payload: text('payload').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.seq] })],
)

export const erasures = sqliteTable(
  'erasures',
  {
    workspaceId: text('workspace_id').notNull(),
    seq: integer('seq').notNull(),
    bySeq: integer('by_seq').notNull(),
    erasedAt: integer('erased_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.seq] })],
)

export const tiles = sqliteTable(
  'tiles',
  {
    workspaceId: text('workspace_id').notNull(),
    level: integer('level').notNull(),
    n: integer('n').notNull(),
    hashes: blob('hashes', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.level, table.n] })],
)

export const tileRoots = sqliteTable(
  'tile_roots',
  {
    workspaceId: text('workspace_id').notNull(),
    level: integer('level').notNull(),
    n: integer('n').notNull(),
    root: blob('root', { mode: 'buffer' }).notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.level, table.n] })],
)

export const checkpoints = sqliteTable(
  'checkpoints',
  {
    workspaceId: text('workspace_id').notNull(),
    epoch: integer('epoch').notNull(),
    size: integer('size').notNull(),
    root: blob('root', { mode: 'buffer' }).notNull(),
    note: text('note').notNull(),
    signedAt: integer('signed_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.epoch, table.size] })],
)

export const cosignatures = sqliteTable(
  'cosignatures',
  {
    workspaceId: text('workspace_id').notNull(),
    epoch: integer('epoch').notNull(),
    size: integer('size').notNull(),
    witness: text('witness').notNull(),
    line: text('line').notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.epoch, table.size, table.witness] })],
)

export const witnesses = sqliteTable(
  'witnesses',
  {
    workspaceId: text('workspace_id').notNull(),
    name: text('name').notNull(),
    vkey: text('vkey').notNull(),
    url: text('url').notNull(),
    latestSize: integer('latest_size').notNull().default(0),
    failure: text('failure'),
    askedAt: integer('asked_at'),
    addedAt: integer('added_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.name] })],
)

export const logKeys = sqliteTable(
  'log_keys',
  {
    workspaceId: text('workspace_id').notNull(),
    epoch: integer('epoch').notNull(),
    id: text('id').notNull(),
    vkey: text('vkey').notNull(),
    sealedSeed: blob('sealed_seed', { mode: 'buffer' }),
    addedAt: integer('added_at').notNull(),
    addedSeq: integer('added_seq'),
    retiredSize: integer('retired_size'),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.epoch, table.id] })],
)

export const logEpochs = sqliteTable(
  'log_epochs',
  {
    workspaceId: text('workspace_id').notNull(),
    epoch: integer('epoch').notNull(),
    origin: text('origin').notNull(),
    size: integer('size').notNull(),
    oldOrigin: text('old_origin'),
    oldSize: integer('old_size'),
    oldRoot: blob('old_root', { mode: 'buffer' }),
    beganAt: integer('began_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.epoch] })],
)

export const machineKeys = sqliteTable(
  'machine_keys',
  {
    workspaceId: text('workspace_id').notNull(),
    machineId: text('machine_id').notNull(),
    publicKey: blob('public_key', { mode: 'buffer' }).notNull(),
    addedAt: integer('added_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.machineId, table.publicKey] })],
)

export const equivocations = sqliteTable(
  'equivocations',
  {
    workspaceId: text('workspace_id').notNull(),
    producerId: text('producer_id').notNull(),
    pseq: integer('pseq').notNull(),
    leaf: blob('leaf', { mode: 'buffer' }).notNull(),
    header: blob('header', { mode: 'buffer' }).notNull(),
    receivedAt: integer('received_at').notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspaceId, table.producerId, table.pseq, table.leaf] })],
)
