import { createHash } from 'node:crypto'
import { canonicalize, commitment, type Frontier, merkle, notes } from '@watchbill/ledger'
import { createTileCutter, insertAll, type RunSql } from './tile-cutter.ts'

export interface SampleOptions {
  readonly workspace?: string
  /** Payload of an entry; null, and unless said: withheld. */
  readonly payloadOf?: (seq: number) => Readonly<Record<string, unknown>> | null
  /** Members of the header that differ from entry to entry; a lone producer's tool calls unless said. */
  readonly headerOf?: (seq: number) => SampleHeader
  /** False: `leaves` and `headers` stay empty, for logs that would not fit in memory. */
  readonly keep?: boolean
}

export interface SampleHeader {
  readonly agent?: string
  readonly type?: string
  readonly decision?: 'allow' | 'ask' | 'deny'
  /** ms */
  readonly ts?: number
}

type Sample = ReturnType<ReturnType<typeof createMaker>>
export type SampleLog = Awaited<ReturnType<typeof createSampleLog>>

/** A multiple of every batch a test asks for would be luck; full ones share one prepared statement. */
const rowsAtOnce = 250

/**
 * A log of synthetic entries written straight into the tables, past every door: what the writer itself would have left of
 * one producer, and fast enough for a million. The workspace has no log before; the doors may go on with it after the
 * last `append`.
 */
export const createSampleLog = async (run: RunSql, options: SampleOptions = {}) => {
  const { workspace = 'default', keep = true } = options
  const make = createMaker(workspace, options.payloadOf ?? (() => null), options.headerOf ?? (() => ({})))
  const tiles = createTileCutter()
  let frontier: Frontier = merkle.emptyFrontier
  let last: Uint8Array = new Uint8Array(32)
  /** Leaf hashes, then header texts, by place. */
  const leaves: Uint8Array[] = []
  const headers: string[] = []
  const origin = `watchbill.example.com/log/${workspace}`
  const signer = await notes.createSigner(origin, new Uint8Array(32).fill(7), 'ed25519')
  await prepare(run, workspace, make(-1).producer)

  const take = (): Sample => {
    const sample = make(frontier.size)
    frontier = merkle.appendLeaf(frontier, sample.leaf, tiles.onNode)
    last = sample.leaf
    if (keep) leaves.push(sample.leaf)
    if (keep) headers.push(sample.text)
    return sample
  }
  return {
    workspace,
    leaves,
    headers,
    frontier: () => frontier,
    /** Adds so many entries with everything that belongs to them. */
    async append(count: number): Promise<void> {
      for (let left = count; left > 0; left -= rowsAtOnce) {
        const samples = Array.from({ length: Math.min(left, rowsAtOnce) }, take)
        await insertSamples(run, workspace, samples)
        await tiles.flush(run, workspace)
      }
      await moveHead(run, workspace, frontier, last)
    },
    /** Verifier key of `checkpoint`. */
    vkey: signer.key.text,
    /** A checkpoint row at the size reached, signed by a key that every sample log has. */
    async checkpoint(): Promise<void> {
      const root = merkle.rootOf(frontier)
      const text = notes.formatCheckpoint({ origin, size: frontier.size, root })
      await run(
        `INSERT INTO checkpoints (workspace_id, epoch, size, root, note, signed_at)
          VALUES (?, (SELECT epoch FROM logs WHERE workspace_id = ?1), ?, ?, ?, 1795176000000)`,
        [workspace, BigInt(frontier.size), root, await notes.signNote(text, [signer])],
      )
    },
  }
}

/** The chain of one producer; ids and salts follow from the place, so that the same log twice is the same bytes. */
const createMaker = (
  workspace: string,
  payloadOf: (seq: number) => Readonly<Record<string, unknown>> | null,
  headerOf: (seq: number) => SampleHeader,
) => {
  const digest = (what: string | number) => createHash('sha256').update(`${workspace} ${what}`).digest()
  const producer = `prd_${uuid(digest('producer'))}`
  const own = `agt_${uuid(digest('agent'))}`
  let prev = Buffer.alloc(32).toString('base64url')
  return (seq: number) => {
    const salt = digest(seq)
    const payload = seq < 0 ? null : payloadOf(seq)
    const commit =
      payload === null ? salt.toString('base64url') : commitment.commitPayload(payload, salt).commit
    const {
      agent = own,
      type = 'tool.called',
      decision,
      ts = 1_795_176_000_000 + seq,
    } = seq < 0 ? {} : headerOf(seq)
    const decided = decision === undefined ? '' : `"decision":"${decision}",`
    // Canonical by hand (RFC 8785): a million of them are wanted.
    const text =
      `{"agent":"${agent}","commit":"${commit}",${decided}"id":"evt_${uuid(salt)}","prev":"${prev}","producer":"${producer}",` +
      `"pseq":${seq},"ts":${ts},"type":"${type}","v":1,"ws":"${workspace}"}`
    const header = Buffer.from(text)
    const leaf = merkle.leafHash(header)
    if (seq >= 0) prev = Buffer.from(leaf).toString('base64url')
    return { seq, text, header, leaf, producer, salt, payload }
  }
}

/** Version 8: ours to fill (RFC 9562 §5.8). */
const uuid = (bytes: Buffer): string => {
  const hex = bytes.toString('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

const prepare = async (run: RunSql, workspace: string, producer: string): Promise<void> => {
  const own = `prd_${uuid(createHash('sha256').update(`own ${workspace}`).digest())}`
  await run('INSERT INTO logs (workspace_id, own_producer) VALUES (?, ?)', [workspace, own])
  await run(
    `INSERT INTO producers (workspace_id, id, no, owner, next_pseq, last_leaf, first_seen_at, last_seen_at)
      VALUES (?, ?, 1, 'mch_sample', 0, zeroblob(32), 0, 0)`,
    [workspace, producer],
  )
}

const insertSamples = async (run: RunSql, workspace: string, samples: readonly Sample[]): Promise<void> => {
  await insertAll(
    run,
    'entries (workspace_id, seq, producer_no, pseq, received_at, leaf, header)',
    samples.map(({ seq, leaf, header }) => [
      workspace,
      BigInt(seq),
      1n,
      BigInt(seq),
      1_795_176_000_000n,
      leaf,
      header,
    ]),
  )
  await insertAll(
    run,
    'payloads (workspace_id, seq, salt, payload)',
    samples.flatMap(({ seq, salt, payload }) =>
      payload === null
        ? []
        : [[workspace, BigInt(seq), salt, new TextDecoder().decode(canonicalize(payload))]],
    ),
  )
}

const moveHead = async (
  run: RunSql,
  workspace: string,
  frontier: Frontier,
  last: Uint8Array,
): Promise<void> => {
  await run('UPDATE logs SET size = ?, frontier = ? WHERE workspace_id = ?', [
    BigInt(frontier.size),
    merkle.formatFrontier(frontier),
    workspace,
  ])
  await run('UPDATE producers SET next_pseq = ?, last_leaf = ? WHERE workspace_id = ? AND no = 1', [
    BigInt(frontier.size),
    last,
    workspace,
  ])
}
