-- Every table a workspace owns leads its key with workspace_id (DESIGN rule 3). Times are integer ms, UTC.

CREATE TABLE workspaces (
  id TEXT PRIMARY KEY NOT NULL,
  name TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('real', 'demo')),
  created_at INTEGER NOT NULL,
  -- Position of the newest row in `changes`; survives pruning, so ids never repeat.
  change_seq INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

-- One row, rewritten by every guarded batch: a false guard breaks its CHECK and with it the whole batch. Two names, so
-- that a log that moved (`guard_head`: read it again) is told from an expectation that did not hold (`guard_expect`).
CREATE TABLE guard (
  id INTEGER PRIMARY KEY CHECK (id = 1),
  ok INTEGER NOT NULL CONSTRAINT guard_expect CHECK (ok = 1),
  head INTEGER NOT NULL DEFAULT 1 CONSTRAINT guard_head CHECK (head = 1)
) STRICT;
INSERT INTO guard (id, ok) VALUES (1, 1);

CREATE TABLE keys (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('key', 'machine', 'enrollment')),
  name TEXT NOT NULL,
  -- Space-separated scopes.
  scopes TEXT NOT NULL,
  -- SHA-256 of the whole token, hex. The token has 256 random bits, so a fast hash is enough.
  hash TEXT NOT NULL UNIQUE,
  machine_id TEXT,
  created_at INTEGER NOT NULL,
  expires_at INTEGER,
  revoked_at INTEGER,
  last_used_at INTEGER,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

-- One-time sign-in tokens of this installation.
CREATE TABLE sign_in_tokens (
  hash TEXT PRIMARY KEY NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  redeemed_at INTEGER
) STRICT, WITHOUT ROWID;

-- Browser sessions of people (a "session" elsewhere is an agent's run).
CREATE TABLE browser_sessions (
  hash TEXT PRIMARY KEY NOT NULL,
  id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  last_used_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE machines (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  os TEXT,
  arch TEXT,
  daemon_version TEXT,
  daemon_started_at INTEGER,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  ttl_ms INTEGER NOT NULL,
  skew_ms INTEGER,
  -- MachineReport.lookedAt and .unread as JSON.
  looked_at TEXT NOT NULL DEFAULT '[]',
  unread TEXT NOT NULL DEFAULT '[]',
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

-- Latest snapshot of each agent. Liveness is stored as reported; `stale` follows from stale_at in SQL.
CREATE TABLE agents (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  machine_id TEXT NOT NULL,
  runtime TEXT NOT NULL,
  name TEXT NOT NULL,
  owner TEXT,
  version TEXT,
  liveness TEXT NOT NULL CHECK (liveness IN ('running', 'stopped', 'unreadable')),
  liveness_reason TEXT,
  health TEXT NOT NULL CHECK (health IN ('healthy', 'degraded', 'unhealthy', 'unknown')),
  health_reason TEXT,
  source TEXT NOT NULL,
  snapshot_id TEXT NOT NULL,
  first_seen_at INTEGER NOT NULL,
  -- Since when it reports this liveness and health without a break; late snapshots do not move it.
  condition_since INTEGER NOT NULL,
  -- By our clock (skew removed, never in the future); reported_at is the machine's own word.
  observed_at INTEGER NOT NULL,
  reported_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  -- observed_at + ttl for a running agent, else null.
  stale_at INTEGER,
  skew_ms INTEGER,
  readings TEXT NOT NULL DEFAULT '[]',
  -- components, machineState and native of the snapshot as JSON, where it has them; read for one agent at a time.
  detail TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX agents_by_machine ON agents (workspace_id, machine_id);

CREATE TABLE sessions (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  machine_id TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'working', 'idle', 'ended')),
  waiting_since INTEGER,
  started_at INTEGER,
  last_activity_at INTEGER,
  -- When working turns stale by age; null while a live process vouches for it.
  stale_at INTEGER,
  observed_at INTEGER NOT NULL,
  -- The snapshot this row came from; with observed_at it orders reports totally.
  snapshot_id TEXT NOT NULL,
  -- Copied from the report for sums, sorting and search.
  project TEXT,
  branch TEXT,
  model TEXT,
  native_id TEXT NOT NULL,
  tokens_input INTEGER,
  tokens_cache_read INTEGER,
  tokens_cache_write INTEGER,
  tokens_output INTEGER,
  tokens_reasoning INTEGER,
  cost_micro_usd INTEGER,
  denials INTEGER,
  repeat_count INTEGER,
  -- The whole SessionReport as JSON.
  report TEXT NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
-- Both cover the sums over a day, and the first every listing without free text: rows are a kilobyte each, mostly report.
CREATE INDEX sessions_by_agent ON sessions (workspace_id, agent_id, last_activity_at, state, stale_at, waiting_since,
  started_at, tokens_input, tokens_cache_read, tokens_cache_write, tokens_output, tokens_reasoning, cost_micro_usd, denials);
CREATE INDEX sessions_by_activity ON sessions (workspace_id, last_activity_at, agent_id, tokens_input, tokens_cache_read,
  tokens_cache_write, tokens_output, tokens_reasoning, cost_micro_usd, denials);
-- Covers the tally of open sessions that every agent state rests on.
CREATE INDEX sessions_open ON sessions (workspace_id, agent_id, state, stale_at, waiting_since, repeat_count)
  WHERE state <> 'ended';

-- History: every snapshot once, thinned only by retention. Idempotency rests on this key.
CREATE TABLE snapshots (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  agent_id TEXT NOT NULL,
  observed_at INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  ttl_ms INTEGER NOT NULL,
  late INTEGER NOT NULL CHECK (late IN (0, 1)),
  liveness TEXT NOT NULL,
  health TEXT NOT NULL,
  -- Open sessions and token sum of the agent right after this snapshot; null on a late one.
  waiting INTEGER,
  working INTEGER,
  tokens INTEGER,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshots_by_agent ON snapshots (workspace_id, agent_id, observed_at);
CREATE INDEX snapshots_by_age ON snapshots (received_at);

-- Change journal: what streams read. Dense per workspace.
CREATE TABLE changes (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  seq INTEGER NOT NULL,
  at INTEGER NOT NULL,
  -- pulse: an agent spoke, and nothing that names, orders or labels it changed.
  kind TEXT NOT NULL CHECK (kind IN ('agent', 'pulse', 'session', 'machine', 'workspace')),
  ref TEXT NOT NULL,
  PRIMARY KEY (workspace_id, seq)
) STRICT, WITHOUT ROWID;
CREATE INDEX changes_by_age ON changes (at);
