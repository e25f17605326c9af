import type { EntryReceipt, ProducedEntry } from '@watchbill/contract/audit'
import { expectedDetail } from '@watchbill/contract/chain-refusal'
import { isProducedType, producedSchemas } from '@watchbill/contract/entry-types'
import { base64url, commitment, type EntryHeader, merkle, parseHeader } from '@watchbill/ledger'
import { SinkLog } from './sink-log.ts'

export interface KeptEntry {
  readonly header: EntryHeader
  readonly payload: Readonly<Record<string, string | number | boolean>>
}

interface Chain {
  readonly entries: KeptEntry[]
  readonly leaves: string[]
  /** Where each stands in the log. */
  readonly seqs: number[]
}

/** What a control plane checks and keeps of entries: order, chain, commitment and schema, by SECURITY's words. */
export class EntryBook {
  readonly log = new SinkLog()
  /** Receipts name places this far from where entries stand. */
  misplacedBy = 0
  readonly #chains = new Map<string, Chain>()
  duplicates = 0

  /** Every entry of every producer, in the order of its chain. */
  all(): KeptEntry[] {
    return [...this.#chains.values()].flatMap(({ entries }) => entries)
  }

  /** The same without what a machine says of itself. */
  facts(): KeptEntry[] {
    return this.all().filter(({ header }) => header.agent !== null)
  }

  get producers(): string[] {
    return [...this.#chains.keys()]
  }

  /** Forgets all from `pseq` on, and what came into the log since: a disk that did not keep what it said it kept. */
  cut(pseq: number): void {
    this.log.leaves.length = Math.min(this.log.leaves.length, this.#forget(pseq))
  }

  /** Forgets all that no checkpoint covers: a machine that acknowledged before its disk did. */
  forgetUnsealed(): void {
    const { sealedSize, leaves: all } = this.log
    for (const { entries, leaves, seqs } of this.#chains.values()) {
      const kept = seqs.filter((seq) => seq < sealedSize).length
      for (const list of [entries, leaves, seqs]) list.length = kept
    }
    all.length = Math.min(all.length, sealedSize)
  }

  /** As `cut`, but owned up to: a backup was restored, and the log goes on as another epoch. */
  restore(pseq: number): void {
    this.log.restore(this.#forget(pseq))
  }

  /** Chains end before `pseq`; where the log was when the first of the others came. */
  #forget(pseq: number): number {
    const firsts = [...this.#chains.values()].map(({ entries, leaves, seqs }) => {
      const first = seqs[pseq] ?? this.log.leaves.length
      for (const list of [entries, leaves, seqs]) list.length = Math.min(list.length, pseq)
      return first
    })
    return Math.min(this.log.leaves.length, ...firsts)
  }

  /** From now on another entry stands at this place. */
  forge(pseq: number): void {
    for (const { leaves } of this.#chains.values())
      leaves[pseq] = base64url.encode(new Uint8Array(32).fill(7))
  }

  /** Receipts, or the words of the conflict; all of a batch or none of it. Throws for what nobody may send. */
  store(batch: readonly ProducedEntry[]): EntryReceipt[] | string {
    const read = batch.map(check)
    const [first] = read
    const chain = this.#chainOf(first?.header.producer ?? '')
    const receipts: EntryReceipt[] = []
    const [entries, leaves, seqs] = [[...chain.entries], [...chain.leaves], [...chain.seqs]]
    const added: string[] = []
    for (const { header, leaf, payload } of read) {
      const { producer, pseq, prev } = header
      const known = leaves[pseq]
      if (pseq > leaves.length) return expectedDetail(producer, leaves.length)
      if (known === undefined && prev !== (leaves.at(-1) ?? base64url.encode(new Uint8Array(32))))
        return expectedDetail(producer, leaves.length)
      const status = known === undefined ? 'stored' : known === leaf ? 'duplicate' : 'equivocation'
      if (status === 'duplicate') this.duplicates += 1
      if (status === 'stored') {
        seqs.push(this.log.leaves.length + added.length)
        entries.push({ header, payload })
        leaves.push(leaf)
        added.push(leaf)
      }
      receipts.push({
        producer,
        pseq,
        status,
        seq: status === 'equivocation' ? null : (seqs[pseq] ?? 0) + this.misplacedBy,
      })
    }
    if (first !== undefined) this.#chains.set(first.header.producer, { entries, leaves, seqs })
    this.log.leaves.push(...added.map((leaf) => base64url.decode(leaf) ?? new Uint8Array()))
    return receipts
  }

  expected(): Record<string, number> {
    return Object.fromEntries([...this.#chains].map(([producer, { leaves }]) => [producer, leaves.length]))
  }

  #chainOf(producer: string): Chain {
    return this.#chains.get(producer) ?? { entries: [], leaves: [], seqs: [] }
  }
}

const check = ({ header: text, payload, salt }: ProducedEntry) => {
  const bytes = new TextEncoder().encode(text)
  const header = parseHeader(bytes)
  const opening = salt === null ? null : base64url.decode(salt)
  if (payload === null || opening === null || !commitment.checkPayload(header, payload, opening))
    throw new Error(`the payload of entry ${header.pseq} does not open its commitment`)
  if (!isProducedType(header.type) || !producedSchemas[header.type].payload.safeParse(payload).success)
    throw new Error(`entry ${header.pseq} does not fit the schema of ${header.type}`)
  return { header, payload, leaf: base64url.encode(merkle.leafHash(bytes)) }
}
