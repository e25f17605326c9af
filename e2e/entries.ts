import { randomBytes } from 'node:crypto'
import type { Client } from '@watchbill/contract/client'
import { base64url, commitment, formatHeader, merkle } from '@watchbill/ledger'
import { anId } from './reports.ts'

type Payload = Readonly<Record<string, string | number | boolean>>

export interface EntryInput {
  readonly type: string
  readonly payload: Payload
  readonly agent?: string
  readonly decision?: 'allow' | 'ask' | 'deny'
  /** The payload stays where it is; its commitment goes. */
  readonly withheld?: boolean
}

/** Numbers and chains entries as a daemon does. */
export class Producer {
  readonly id = anId('prd')
  readonly #agent = anId('agt')
  #pseq = 0
  #prev = base64url.encode(new Uint8Array(32))

  /** Hands them over, a batch at a time; returns their places in the log. */
  async send(client: Client, entries: readonly EntryInput[]): Promise<number[]> {
    const seqs: number[] = []
    for (let from = 0; from < entries.length; from += 200) {
      const batch = entries.slice(from, from + 200).map((entry) => this.#write(entry))
      const { receipts } = await client.postEntries({ body: { entries: batch } })
      seqs.push(...receipts.map(({ seq }) => seq ?? Number.NaN))
    }
    return seqs
  }

  #write({ type, payload, agent = this.#agent, decision, withheld = false }: EntryInput) {
    const salt = new Uint8Array(randomBytes(32))
    const { commit } = commitment.commitPayload(payload, salt)
    const bytes = formatHeader({
      v: 1,
      ws: 'default',
      id: anId('evt'),
      ts: Date.now(),
      producer: this.id,
      pseq: this.#pseq,
      prev: this.#prev,
      type,
      agent,
      ...(decision === undefined ? {} : { decision }),
      commit,
    })
    this.#pseq += 1
    this.#prev = base64url.encode(merkle.leafHash(bytes))
    return {
      header: new TextDecoder().decode(bytes),
      payload: withheld ? null : payload,
      salt: withheld ? null : base64url.encode(salt),
    }
  }
}

/** A refused push of a session of its own; say what differs. */
export const aRefusal = (more: Partial<EntryInput> = {}): EntryInput => ({
  type: 'tool.refused',
  decision: 'deny',
  payload: { session: anId('ses'), imported: false, tool: 'Bash', request: 'git push', by: 'rule' },
  ...more,
})
