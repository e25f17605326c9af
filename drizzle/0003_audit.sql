-- Asking the audit log, and handing out its answers. The first three tables are derived from the log by a follower
-- (apps/api/src/audit-index) and can be built anew from it.

-- How far the follower has read each log. AUTOINCREMENT: a number is never given to a second workspace, since rows of
-- `audit_text` that belonged to a deleted one may still carry it.
CREATE TABLE audit_index (
  no INTEGER PRIMARY KEY AUTOINCREMENT NOT NULL,
  workspace_id TEXT NOT NULL UNIQUE REFERENCES workspaces (id) ON DELETE CASCADE,
  -- Entries below this place are in the index.
  indexed INTEGER NOT NULL DEFAULT 0 CHECK (indexed >= 0),
  -- Moves with every erasure: what was read before one is never written after it.
  generation INTEGER NOT NULL DEFAULT 0
) STRICT;

-- One field of a run of entries: the distinct values, and for each entry which of them it has. A query reads the fields it
-- asks about and nothing else.
CREATE TABLE audit_columns (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  field TEXT NOT NULL,
  -- Place of the first entry; a run has 4096, or 256 at the end of the log.
  first INTEGER NOT NULL,
  count INTEGER NOT NULL CHECK (count > 0),
  -- JSON array of values in the order of their codes, from code 1; of a number field its least and greatest value.
  dictionary TEXT NOT NULL,
  -- Codes as uint8, or uint16 above 255 values, 0 for none; of a number field float64, NaN for none. Little-endian.
  codes BLOB NOT NULL,
  PRIMARY KEY (workspace_id, field, first)
) STRICT, WITHOUT ROWID;

-- What entries say in words, never content. rowid = audit_index.no * 2^36 + place. The words themselves are kept nowhere
-- else, and 'secure-delete' takes them out of the index when an entry is erased.
CREATE VIRTUAL TABLE audit_text USING fts5 (
  words, content = '', columnsize = 0, tokenize = "unicode61 remove_diacritics 2"
);
INSERT INTO audit_text (audit_text, rank) VALUES ('secure-delete', 1);

-- Queries kept by a name, as they were written.
CREATE TABLE views (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  name TEXT NOT NULL,
  q TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  updated_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX views_by_name ON views (workspace_id, name);

-- Links that show entries to outsiders. What is in scope was fixed when the link was made.
CREATE TABLE shares (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  -- SHA-256 of the token, hex. The token has 256 random bits, so a fast hash is enough.
  token_hash TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  kind TEXT NOT NULL CHECK (kind IN ('selection', 'range')),
  -- The query it came from, with names resolved to ids; '' for none.
  q TEXT NOT NULL,
  -- Of a range, `to_seq` excluded; null for a selection.
  from_seq INTEGER,
  to_seq INTEGER,
  -- Places of a selection, JSON, ascending; null for a range.
  seqs TEXT,
  count INTEGER NOT NULL CHECK (count > 0),
  -- Names of members that are hidden, JSON.
  redacted TEXT NOT NULL DEFAULT '[]',
  -- Whether members of level `content` are shown.
  content INTEGER NOT NULL DEFAULT 0 CHECK (content IN (0, 1)),
  -- The checkpoint it is frozen at.
  epoch INTEGER NOT NULL,
  size INTEGER NOT NULL,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  expires_at INTEGER NOT NULL,
  revoked_at INTEGER,
  opened INTEGER NOT NULL DEFAULT 0,
  last_opened_at INTEGER,
  refused INTEGER NOT NULL DEFAULT 0,
  CHECK ((kind = 'range') = (seqs IS NULL)),
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;

-- What the cookie of an opened link stands for, for a quarter of an hour.
CREATE TABLE share_visits (
  hash TEXT PRIMARY KEY NOT NULL,
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  share_id TEXT NOT NULL,
  expires_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX share_visits_by_age ON share_visits (expires_at);
