import { base64url, commitment, formatHeader, merkle, notes } from '@watchbill/ledger'
import type { AuditEntry } from '@watchbill/contract/audit'
import { toBase64 } from '../lib/evidence/base64.ts'

const zero = base64url.encode(new Uint8Array(32))
const uuid = (index: number) => `01a1f848-b543-7e91-9e5e-${index.toString(16).padStart(12, '0')}`

/** A real log of a few entries, signed for real, kept in memory. */
export class SmallLog {
  readonly entries: AuditEntry[] = []
  readonly leaves: Uint8Array[] = []

  private constructor(
    readonly origin: string,
    readonly signer: notes.Signer,
  ) {}

  static async create(origin = 'test.watchbill.localhost/log/default', seed = 7): Promise<SmallLog> {
    return new SmallLog(origin, await notes.createSigner(origin, new Uint8Array(32).fill(seed), 'ed25519'))
  }

  append(type: string, payload: Readonly<Record<string, unknown>>): this {
    const seq = this.entries.length
    const last = this.leaves.at(-1)
    const { commit, members } = commitment.commitPayload(payload, new Uint8Array(32).fill(seq % 251))
    const bytes = formatHeader({
      v: 1,
      ws: 'default',
      id: `evt_${uuid(seq)}`,
      ts: 1_795_000_000_000 + seq,
      producer: `prd_${uuid(1)}`,
      pseq: seq,
      prev: last === undefined ? zero : base64url.encode(last),
      type,
      agent: null,
      commit,
    })
    this.leaves.push(merkle.leafHash(bytes))
    this.entries.push({
      seq,
      header: new TextDecoder().decode(bytes),
      receivedAt: '2026-11-20T10:00:00.000Z',
      owner: 'control-plane',
      payload: 'shown',
      members: members.map(({ name, value, key }) => ({ name, value, key })),
      erasedBy: null,
    })
    return this
  }

  grow(count: number): this {
    for (let index = 0; index < count; index += 1) this.append('key.revoked', { key: `key-${this.leaves.length}` })
    return this
  }

  /** What a writer with the database file can do: other bytes for one leaf, everything above it made anew. */
  rewrite(seq: number): this {
    const leaf = this.leaves[seq]
    if (leaf !== undefined) leaf[0] = (leaf[0] ?? 0) ^ 1
    return this
  }

  root(size = this.leaves.length): string {
    return toBase64(merkle.rootOf(this.#frontier(size)))
  }

  async note(size = this.leaves.length): Promise<string> {
    const root = merkle.rootOf(this.#frontier(size))
    return notes.signNote(notes.formatCheckpoint({ origin: this.origin, size, root }), [this.signer])
  }

  range(from: number, to: number, size = this.leaves.length): string[] {
    return this.#fold(merkle.planRange(from, to, size))
  }

  selection(seqs: readonly number[], size = this.leaves.length): string[] {
    return this.#fold(merkle.planSelection(seqs, size))
  }

  path(seq: number, size = this.leaves.length): string[] {
    return this.#fold(merkle.planInclusion(seq, size))
  }

  consistency(from: number, to = this.leaves.length): string[] {
    return this.#fold(merkle.planConsistency(from, to))
  }

  #frontier(size: number) {
    return this.leaves.slice(0, size).reduce((held, leaf) => merkle.appendLeaf(held, leaf), merkle.emptyFrontier)
  }

  #fold(plan: ReturnType<typeof merkle.planRange>): string[] {
    const nodes = new Map<string, Uint8Array>()
    this.leaves.reduce(
      (held, leaf) =>
        merkle.appendLeaf(held, leaf, (level, index, hash) => void nodes.set(`${level}/${index}`, hash)),
      merkle.emptyFrontier,
    )
    const hashOf = (place: { level: number; index: number }) =>
      nodes.get(`${place.level}/${place.index}`) ?? new Uint8Array(32)
    return merkle.foldProof(plan, hashOf).map(toBase64)
  }
}
