import { type EntryReceipt, expectedDetail, type ProducedEntry } from '@watchbill/contract/audit'
import { eventSchemas, isEventType } from '@watchbill/contract/events'
import { base64url, checkPayload, type EntryHeader, leafHash, parseHeader } from '@watchbill/ledger'

export interface KeptEntry {
  readonly header: EntryHeader
  readonly payload: Readonly<Record<string, string | number | boolean>>
}

interface Chain {
  readonly entries: KeptEntry[]
  readonly leaves: string[]
}

/** What a control plane checks and keeps of entries: order, chain, commitment and schema, by SECURITY's words. */
export class EntryBook {
  readonly #chains = new Map<string, Chain>()
  duplicates = 0

  /** Every entry of every producer, in the order of its chain. */
  all(): KeptEntry[] {
    return [...this.#chains.values()].flatMap(({ entries }) => entries)
  }

  get producers(): string[] {
    return [...this.#chains.keys()]
  }

  /** Forgets all from `pseq` on, as a control plane does that was restored from a backup. */
  cut(pseq: number): void {
    for (const { entries, leaves } of this.#chains.values()) {
      entries.length = Math.min(entries.length, pseq)
      leaves.length = Math.min(leaves.length, pseq)
    }
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
    const [entries, leaves] = [[...chain.entries], [...chain.leaves]]
    for (const { header, leaf, payload } of read) {
      const { producer, pseq, prev } = header
      const known = leaves[pseq]
      if (pseq > leaves.length) return expectedDetail(producer, leaves.length)
      if (known === undefined && prev !== (leaves.at(-1) ?? base64url.encode(new Uint8Array(32))))
        return expectedDetail(producer, leaves.length)
      const status = known === undefined ? 'stored' : known === leaf ? 'duplicate' : 'equivocation'
      receipts.push({ producer, pseq, status })
      if (status === 'duplicate') this.duplicates += 1
      if (status === 'stored') entries.push({ header, payload })
      if (status === 'stored') leaves.push(leaf)
    }
    if (first !== undefined) this.#chains.set(first.header.producer, { entries, leaves })
    return receipts
  }

  expected(): Record<string, number> {
    return Object.fromEntries([...this.#chains].map(([producer, { leaves }]) => [producer, leaves.length]))
  }

  #chainOf(producer: string): Chain {
    return this.#chains.get(producer) ?? { entries: [], leaves: [] }
  }
}

const check = ({ header: text, payload, salt }: ProducedEntry) => {
  const bytes = new TextEncoder().encode(text)
  const header = parseHeader(bytes)
  const opening = salt === null ? null : base64url.decode(salt)
  if (payload === null || opening === null || !checkPayload(header, payload, opening))
    throw new Error(`the payload of entry ${header.pseq} does not open its commitment`)
  if (!isEventType(header.type) || !eventSchemas[header.type].payload.safeParse(payload).success)
    throw new Error(`entry ${header.pseq} does not fit the schema of ${header.type}`)
  return { header, payload, leaf: base64url.encode(leafHash(bytes)) }
}
