-- The audit log: one transparency log per workspace (RFC 6962, C2SP tlog-tiles). Rows of the log itself are append-only;
-- only a demo workspace is ever deleted. Blobs named leaf, hash, root and prev have 32 bytes.

-- The head of each log; moved by compare-and-swap on (size, epoch) in the batch that adds the entries.
CREATE TABLE logs (
  workspace_id TEXT PRIMARY KEY NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  -- C2SP checkpoint origin. Null until the first seal; then fixed for the epoch.
  origin TEXT,
  -- Counts restores (`watchbill log continue`).
  epoch INTEGER NOT NULL DEFAULT 0,
  size INTEGER NOT NULL DEFAULT 0 CHECK (size >= 0),
  -- Roots of the maximal complete subtrees, largest first: 32 bytes for each bit set in size.
  frontier BLOB NOT NULL DEFAULT x'' CHECK (length(frontier) % 32 = 0),
  -- The control plane is a producer too; its chain stands here.
  own_producer TEXT NOT NULL,
  own_pseq INTEGER NOT NULL DEFAULT 0,
  own_prev BLOB NOT NULL DEFAULT (zeroblob(32)) CHECK (length(own_prev) = 32),
  -- Anyone may read /log/<workspace>/ when 1.
  published INTEGER NOT NULL DEFAULT 0 CHECK (published IN (0, 1))
) STRICT, WITHOUT ROWID;

-- Who numbers and chains entries. The head of each chain stands here; writers move it by compare-and-swap.
CREATE TABLE producers (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  -- Small number that stands for the producer in `entries`; from 1. 0 is the control plane, which has no row here.
  no INTEGER NOT NULL CHECK (no > 0),
  -- Who may write as this producer: a machine (mch_…), else the API key (key_…) that used it first.
  owner TEXT NOT NULL,
  next_pseq INTEGER NOT NULL CHECK (next_pseq >= 0),
  -- Leaf hash of the entry before next_pseq; 32 zero bytes while there is none.
  last_leaf BLOB NOT NULL CHECK (length(last_leaf) = 32),
  -- Everything below this pseq was signed for by the machine's key (`producer.sealed`); null while nothing was.
  sealed_pseq INTEGER,
  first_seen_at INTEGER NOT NULL,
  last_seen_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX producers_by_no ON producers (workspace_id, no);

-- Entries in the order of the log: seq is the leaf's index, from 0, dense. Kept lean: everything else a header says is
-- read out of the header.
CREATE TABLE entries (
  workspace_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  producer_no INTEGER NOT NULL,
  pseq INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  -- SHA-256(0x00 ‖ header)
  leaf BLOB NOT NULL CHECK (length(leaf) = 32),
  -- The header's bytes exactly as received and hashed; never written anew from its parts.
  header BLOB NOT NULL,
  PRIMARY KEY (workspace_id, seq)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX entries_by_place ON entries (workspace_id, producer_no, pseq);

-- What headers commit to, apart from them: erasure removes rows here and leaves every leaf as it is.
CREATE TABLE payloads (
  workspace_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  salt BLOB NOT NULL CHECK (length(salt) = 32),
  -- Canonical JSON (RFC 8785).
  payload TEXT NOT NULL,
  PRIMARY KEY (workspace_id, seq)
) STRICT, WITHOUT ROWID;

-- Payloads that were erased, and by which entry. A payload withheld by its machine has no row here.
CREATE TABLE erasures (
  workspace_id TEXT NOT NULL,
  seq INTEGER NOT NULL,
  -- The `payload.erased` entry.
  by_seq INTEGER NOT NULL,
  erased_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, seq)
) STRICT, WITHOUT ROWID;

-- Full tiles (C2SP tlog-tiles), 8192 bytes each, written once; partial ones are built when read.
CREATE TABLE tiles (
  workspace_id TEXT NOT NULL,
  level INTEGER NOT NULL,
  n INTEGER NOT NULL,
  hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
  PRIMARY KEY (workspace_id, level, n)
) STRICT, WITHOUT ROWID;

-- Root of each full tile: the slots of the tile above while that one is not full.
CREATE TABLE tile_roots (
  workspace_id TEXT NOT NULL,
  level INTEGER NOT NULL,
  n INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  PRIMARY KEY (workspace_id, level, n)
) STRICT, WITHOUT ROWID;

-- Signed checkpoints (C2SP tlog-checkpoint). A note is published only if its insert here won.
CREATE TABLE checkpoints (
  workspace_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  size INTEGER NOT NULL,
  root BLOB NOT NULL CHECK (length(root) = 32),
  note TEXT NOT NULL,
  signed_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, epoch, size)
) STRICT, WITHOUT ROWID;

-- Signature lines of witnesses below a checkpoint (C2SP tlog-cosignature).
CREATE TABLE cosignatures (
  workspace_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  size INTEGER NOT NULL,
  witness TEXT NOT NULL,
  line TEXT NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, epoch, size, witness)
) STRICT, WITHOUT ROWID;

-- Who is asked to cosign (C2SP tlog-witness). `vkey` is the witness's verifier key.
CREATE TABLE witnesses (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  vkey TEXT NOT NULL,
  url TEXT NOT NULL,
  -- Size of the newest checkpoint it cosigned.
  latest_size INTEGER NOT NULL DEFAULT 0,
  -- What went wrong last, null when nothing did.
  failure TEXT,
  asked_at INTEGER,
  added_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, name)
) STRICT, WITHOUT ROWID;

-- Signing keys. The seed is sealed by the master key (AES-256-GCM) and goes when the key is retired.
CREATE TABLE log_keys (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  epoch INTEGER NOT NULL,
  -- SHA-256 of the public key, base64url.
  id TEXT NOT NULL,
  vkey TEXT NOT NULL,
  sealed_seed BLOB,
  added_at INTEGER NOT NULL,
  -- Its `key.added` entry; null for the first key of an epoch until that entry is in.
  added_seq INTEGER,
  -- Signs checkpoints of this size and below only; null while it signs.
  retired_size INTEGER,
  PRIMARY KEY (workspace_id, epoch, id)
) STRICT, WITHOUT ROWID;

-- What an epoch took over from the one before: `size` leaves of it remained, `old_size` had been signed.
CREATE TABLE log_epochs (
  workspace_id TEXT NOT NULL,
  epoch INTEGER NOT NULL,
  origin TEXT NOT NULL,
  size INTEGER NOT NULL,
  old_origin TEXT,
  old_size INTEGER,
  old_root BLOB CHECK (old_root IS NULL OR length(old_root) = 32),
  began_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, epoch)
) STRICT, WITHOUT ROWID;

-- Public keys of machines: what `producer.sealed` entries are checked against.
CREATE TABLE machine_keys (
  workspace_id TEXT NOT NULL REFERENCES workspaces (id) ON DELETE CASCADE,
  machine_id TEXT NOT NULL,
  -- Ed25519 public key, 32 bytes.
  public_key BLOB NOT NULL CHECK (length(public_key) = 32),
  added_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, machine_id, public_key)
) STRICT, WITHOUT ROWID;

-- Headers that contradict an entry: same producer and pseq, another leaf. Evidence, append-only.
CREATE TABLE equivocations (
  workspace_id TEXT NOT NULL,
  producer_id TEXT NOT NULL,
  pseq INTEGER NOT NULL,
  leaf BLOB NOT NULL CHECK (length(leaf) = 32),
  header BLOB NOT NULL,
  received_at INTEGER NOT NULL,
  PRIMARY KEY (workspace_id, producer_id, pseq, leaf)
) STRICT, WITHOUT ROWID;

-- Append-only, against our own mistakes and other programs' hands; who owns the file can drop a trigger, and is found out by
-- older checkpoints. REPLACE removes a row without firing delete triggers, hence the third one (recursive_triggers is off).

CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN
  SELECT raise(ABORT, 'entries is append-only');
END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries
  WHEN (SELECT kind FROM workspaces WHERE id = old.workspace_id) IS NOT 'demo'
BEGIN
  SELECT raise(ABORT, 'entries is append-only');
END;
CREATE TRIGGER entries_no_replace BEFORE INSERT ON entries
  WHEN EXISTS (SELECT 1 FROM entries WHERE workspace_id = new.workspace_id AND seq = new.seq)
    OR EXISTS (SELECT 1 FROM entries WHERE workspace_id = new.workspace_id
      AND producer_no = new.producer_no AND pseq = new.pseq)
BEGIN
  SELECT raise(ABORT, 'entries is append-only');
END;

CREATE TRIGGER tiles_no_update BEFORE UPDATE ON tiles BEGIN
  SELECT raise(ABORT, 'tiles is append-only');
END;
CREATE TRIGGER tiles_no_delete BEFORE DELETE ON tiles
  WHEN (SELECT kind FROM workspaces WHERE id = old.workspace_id) IS NOT 'demo'
BEGIN
  SELECT raise(ABORT, 'tiles is append-only');
END;
CREATE TRIGGER tiles_no_replace BEFORE INSERT ON tiles
  WHEN EXISTS (SELECT 1 FROM tiles WHERE workspace_id = new.workspace_id AND level = new.level AND n = new.n)
BEGIN
  SELECT raise(ABORT, 'tiles is append-only');
END;

CREATE TRIGGER tile_roots_no_update BEFORE UPDATE ON tile_roots BEGIN
  SELECT raise(ABORT, 'tile_roots is append-only');
END;
CREATE TRIGGER tile_roots_no_delete BEFORE DELETE ON tile_roots
  WHEN (SELECT kind FROM workspaces WHERE id = old.workspace_id) IS NOT 'demo'
BEGIN
  SELECT raise(ABORT, 'tile_roots is append-only');
END;
CREATE TRIGGER tile_roots_no_replace BEFORE INSERT ON tile_roots
  WHEN EXISTS (SELECT 1 FROM tile_roots WHERE workspace_id = new.workspace_id AND level = new.level AND n = new.n)
BEGIN
  SELECT raise(ABORT, 'tile_roots is append-only');
END;

CREATE TRIGGER checkpoints_no_update BEFORE UPDATE ON checkpoints BEGIN
  SELECT raise(ABORT, 'checkpoints is append-only');
END;
CREATE TRIGGER checkpoints_no_delete BEFORE DELETE ON checkpoints
  WHEN (SELECT kind FROM workspaces WHERE id = old.workspace_id) IS NOT 'demo'
BEGIN
  SELECT raise(ABORT, 'checkpoints is append-only');
END;
CREATE TRIGGER checkpoints_no_replace BEFORE INSERT ON checkpoints
  WHEN EXISTS (SELECT 1 FROM checkpoints WHERE workspace_id = new.workspace_id AND epoch = new.epoch AND size = new.size)
BEGIN
  SELECT raise(ABORT, 'checkpoints is append-only');
END;

CREATE TRIGGER log_epochs_no_update BEFORE UPDATE ON log_epochs BEGIN
  SELECT raise(ABORT, 'log_epochs is append-only');
END;
CREATE TRIGGER log_epochs_no_delete BEFORE DELETE ON log_epochs
  WHEN (SELECT kind FROM workspaces WHERE id = old.workspace_id) IS NOT 'demo'
BEGIN
  SELECT raise(ABORT, 'log_epochs is append-only');
END;
CREATE TRIGGER log_epochs_no_replace BEFORE INSERT ON log_epochs
  WHEN EXISTS (SELECT 1 FROM log_epochs WHERE workspace_id = new.workspace_id AND epoch = new.epoch)
BEGIN
  SELECT raise(ABORT, 'log_epochs is append-only');
END;

CREATE TRIGGER erasures_no_update BEFORE UPDATE ON erasures BEGIN
  SELECT raise(ABORT, 'erasures is append-only');
END;
CREATE TRIGGER erasures_no_delete BEFORE DELETE ON erasures
  WHEN (SELECT kind FROM workspaces WHERE id = old.workspace_id) IS NOT 'demo'
BEGIN
  SELECT raise(ABORT, 'erasures is append-only');
END;
CREATE TRIGGER erasures_no_replace BEFORE INSERT ON erasures
  WHEN EXISTS (SELECT 1 FROM erasures WHERE workspace_id = new.workspace_id AND seq = new.seq)
BEGIN
  SELECT raise(ABORT, 'erasures is append-only');
END;

CREATE TRIGGER equivocations_no_update BEFORE UPDATE ON equivocations BEGIN
  SELECT raise(ABORT, 'equivocations is append-only');
END;
CREATE TRIGGER equivocations_no_delete BEFORE DELETE ON equivocations
  WHEN (SELECT kind FROM workspaces WHERE id = old.workspace_id) IS NOT 'demo'
BEGIN
  SELECT raise(ABORT, 'equivocations is append-only');
END;
CREATE TRIGGER equivocations_no_replace BEFORE INSERT ON equivocations
  WHEN EXISTS (SELECT 1 FROM equivocations WHERE workspace_id = new.workspace_id AND producer_id = new.producer_id AND pseq = new.pseq AND leaf = new.leaf)
BEGIN
  SELECT raise(ABORT, 'equivocations is append-only');
END;

CREATE TRIGGER payloads_no_update BEFORE UPDATE ON payloads BEGIN
  SELECT raise(ABORT, 'payloads are never rewritten');
END;
CREATE TRIGGER payloads_no_replace BEFORE INSERT ON payloads
  WHEN EXISTS (SELECT 1 FROM payloads WHERE workspace_id = new.workspace_id AND seq = new.seq)
BEGIN
  SELECT raise(ABORT, 'payloads are never rewritten');
END;
