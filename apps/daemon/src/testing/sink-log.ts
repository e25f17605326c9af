import { createHash, generateKeyPairSync, type KeyObject, randomUUID, sign } from 'node:crypto'
import type { LogEpoch } from '@watchbill/contract/audit'
import {
  base64url,
  commitment,
  type DisclosedMember,
  evidence,
  formatHeader,
  merkle,
} from '@watchbill/ledger'

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('base64')

/** The log of a control plane: a tree held in memory, signed with node's own Ed25519, that can be told to lie. */
export class SinkLog {
  readonly leaves: Uint8Array[] = []
  readonly epochs: LogEpoch[] = []
  epoch = 0
  origin = 'sink.example/log/default'
  /** False: entries are taken, and no checkpoint covers them any more. */
  seals = true
  /** Breaks what it says, once it is asked. */
  spoilSignature = false
  spoilRange = false
  /** Shows itself smaller than it was. */
  showsAtMost = Number.POSITIVE_INFINITY
  /** Says nothing of its restores. */
  silentRestores = false
  readonly asked = { log: 0, range: 0, consistency: 0 }
  /** Leaves under the newest checkpoint anybody saw. */
  sealedSize = 0
  #keys: LogKey[] = [newKey(this.origin)]

  /** Another key signs from now on; the answer brings the old one back. */
  rekey(): () => void {
    const before = this.#keys
    this.#keys = [newKey(this.origin)]
    return () => {
      this.#keys = before
    }
  }

  /** A second key signs beside the first, and an entry says so. */
  addKey(): void {
    const key = newKey(this.origin)
    const payload = { actor: 'sealer', actorKind: 'installation', vkey: vkeyOf(key) }
    const { commit, members } = commitment.commitPayload(payload, new Uint8Array(32))
    const place = { pseq: 0, prev: base64url.encode(new Uint8Array(32)) }
    const ids = { id: `evt_${randomUUID()}`, producer: `prd_${randomUUID()}`, agent: null }
    const header = formatHeader({ v: 1, ws: 'default', ts: 0, type: 'key.added', commit, ...ids, ...place })
    const shown = members.map(({ name, value, key }) => ({ name, value, key }))
    this.#keys.push({ ...key, added: { seq: this.leaves.length, header, members: shown } })
    this.leaves.push(merkle.leafHash(header))
  }

  /** Only the newest key signs from now on. */
  retireKeys(): void {
    this.#keys = this.#keys.slice(-1)
  }

  /** A tree of `size` leaves is all that a backup had; it goes on as another epoch, and says so. */
  restore(size: number): void {
    const old = {
      oldOrigin: this.origin,
      oldSize: this.leaves.length,
      oldRoot: base64(this.#rootAt(this.leaves.length)),
    }
    this.leaves.length = size
    this.epoch += 1
    this.origin = `sink.example/log/default/${this.epoch}`
    const beganAt = new Date(0).toISOString()
    this.epochs.push({ epoch: this.epoch, origin: this.origin, size, ...old, beganAt })
    // The keys of the epoch before go on signing.
    this.#keys.push(newKey(this.origin))
    // `log.continued`
    this.leaves.push(merkle.leafHash(Buffer.from(`continued ${this.epoch}`)))
  }

  facts(): object {
    this.asked.log += 1
    if (this.seals) this.sealedSize = this.leaves.length
    const size = Math.min(this.sealedSize, this.leaves.length, this.showsAtMost)
    const signedAt = new Date(0).toISOString()
    return {
      workspace: 'default',
      origin: this.origin,
      epoch: this.epoch,
      size: Math.min(this.leaves.length, this.showsAtMost),
      checkpoint: size === 0 ? null : { note: this.#noteAt(size), size, signedAt },
      sealFailure: this.seals ? null : 'the second place cannot be written',
      published: false,
      keys: this.#keys.map((key) => ({
        vkey: vkeyOf(key),
        epoch: this.epoch,
        addedAt: signedAt,
        addedSeq: key.added?.seq ?? null,
        retiredSize: null,
        proof: this.#proofOf(key, size),
      })),
      epochs: this.silentRestores ? [] : this.epochs,
      witnesses: [],
      now: signedAt,
    }
  }

  range(from: number, to: number, size: number): object {
    this.asked.range += 1
    const hashes = this.#fold(merkle.planRange(from, to, size))
    if (this.spoilRange) hashes.push(base64(merkle.leafHash(Buffer.from('spoiled'))))
    return { from, to, size, hashes }
  }

  consistency(from: number, to: number): object {
    this.asked.consistency += 1
    return { from, to, hashes: this.#fold(merkle.planConsistency(from, to)) }
  }

  #fold(plan: merkle.ProofPlan): string[] {
    return merkle.foldProof(plan, ({ level, index }) => this.#nodeAt(level, index)).map(base64)
  }

  #nodeAt(level: number, index: number): Uint8Array {
    if (level > 0)
      return merkle.nodeHash(this.#nodeAt(level - 1, index * 2), this.#nodeAt(level - 1, index * 2 + 1))
    const leaf = this.leaves[index]
    if (leaf === undefined) throw new Error(`the sink has no leaf ${index}`)
    return leaf
  }

  #rootAt(size: number): Uint8Array {
    const frontier = this.leaves
      .slice(0, size)
      .reduce((tree, leaf) => merkle.appendLeaf(tree, leaf), merkle.emptyFrontier)
    return merkle.rootOf(frontier)
  }

  #proofOf({ added }: LogKey, size: number): string | null {
    if (added === null || added.seq >= size) return null
    const hashes = merkle.foldProof(merkle.planInclusion(added.seq, size), ({ level, index }) =>
      this.#nodeAt(level, index),
    )
    return evidence.formatEntryFile({ ...added, index: added.seq, hashes, checkpoint: this.#noteAt(size) })
  }

  #noteAt(size: number): string {
    const text = `${this.origin}\n${size}\n${base64(this.#rootAt(size))}\n`
    const lines = this.#keys.map((key) => {
      const signature = sign(null, Buffer.from(text), key.pair.privateKey)
      if (this.spoilSignature) signature.writeUInt8(signature.readUInt8(0) ^ 1, 0)
      return `— ${key.name} ${base64(Buffer.concat([keyIdOf(key), signature]))}\n`
    })
    return `${text}\n${lines.join('')}`
  }
}

interface LogKey {
  readonly name: string
  readonly pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject }
  readonly added: {
    readonly seq: number
    readonly header: Uint8Array
    readonly members: readonly DisclosedMember[]
  } | null
}

const newKey = (name: string): LogKey => ({ name, pair: generateKeyPairSync('ed25519'), added: null })

const publicBytes = ({ pair }: LogKey): Buffer =>
  Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')

const keyIdOf = (key: LogKey): Buffer =>
  createHash('sha256').update(`${key.name}\n\u0001`).update(publicBytes(key)).digest().subarray(0, 4)

const vkeyOf = (key: LogKey): string =>
  `${key.name}+${keyIdOf(key).toString('hex')}+${base64(Buffer.concat([Buffer.of(1), publicBytes(key)]))}`
