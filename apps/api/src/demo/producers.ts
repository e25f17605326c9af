import type { ProducedEntry } from '@watchbill/contract/audit'
import type { Client } from '@watchbill/contract/client'
import { eventSchemas } from '@watchbill/contract/events'
import { Fault } from '@watchbill/contract/fault'
import { derivedId, newId } from '@watchbill/contract/ids'
import { base64url, commitment, formatHeader, merkle } from '@watchbill/ledger'
import { castOf } from './cast.ts'
import type { Fact } from './fact.ts'
import { factsBetween } from './facts.ts'
import { daemonStartOf } from './runs.ts'

export interface DemoProducers {
  /**
   * Hands over what happened up to `until` ms and was not told yet. What the server did not take stands, and goes first
   * the next time. Throws what the client throws.
   */
  tell(client: Client, until: number): Promise<void>
}

export interface DemoProducersOptions {
  /** Whose log it is: stands in every header. */
  readonly workspace: string
  readonly seed: string
  /** The moment the story is told from, ms. */
  readonly anchor: number
  /** Names the producers and salts the payloads. */
  readonly randomBytes: (count: number) => Uint8Array
}

const dayMs = 24 * 3_600_000
const batchEntries = 500

/**
 * The demo's machines as producers of entries. The story is the seed's; who tells it is new every time, so that a feed
 * started anew begins chains instead of forking those it no longer remembers.
 */
export const createDemoProducers = (options: DemoProducersOptions): DemoProducers => {
  const { seed, anchor } = options
  const { agents } = castOf(seed)
  const chains = new Map<string, Chain>()
  const waiting: ProducedEntry[] = []
  let toldUntil = Number.NEGATIVE_INFINITY

  const send = async (client: Client): Promise<void> => {
    while (waiting.length > 0) {
      const entries = waiting.slice(0, batchEntries)
      await client.postEntries({ body: { entries } })
      waiting.splice(0, entries.length)
    }
  }
  const number = (until: number): void => {
    const from = Math.max(toldUntil, until - dayMs)
    for (const fact of factsBetween(agents, { anchor, from, to: until })) {
      const { id } = fact.agent.machine
      const chain = chains.get(id) ?? newChain(options)
      const { entry, next } = extend(chain, fact, options)
      chains.set(id, next)
      waiting.push(entry)
    }
    toldUntil = Math.max(toldUntil, until)
  }
  return {
    tell: async (client, until) => {
      try {
        // Nothing new is numbered while the server is away, so an outage costs no memory.
        await send(client)
        number(until)
        await send(client)
      } catch (error) {
        // A server that was restored holds less than was told: other chains, not a fork of these.
        if (error instanceof Fault && error.code === 'conflict') {
          chains.clear()
          waiting.length = 0
        }
        throw error
      }
    },
  }
}

interface Chain {
  readonly producer: string
  /** Number of the next entry. */
  readonly pseq: number
  /** Leaf hash of the entry before, base64url. */
  readonly prev: string
}

const newChain = ({ anchor, randomBytes }: DemoProducersOptions): Chain => ({
  producer: newId('prd', anchor, randomBytes(10)),
  pseq: 0,
  prev: base64url.encode(new Uint8Array(32)),
})

const extend = (
  chain: Chain,
  { agent, at, type, decision, payload: said }: Fact,
  { workspace, anchor, randomBytes }: DemoProducersOptions,
): { entry: ProducedEntry; next: Chain } => {
  const salt = randomBytes(32)
  const payload = { ...said, imported: at < daemonStartOf(anchor) }
  const { producer, pseq, prev } = chain
  const bytes = formatHeader({
    v: eventSchemas[type].v,
    ws: workspace,
    id: derivedId('evt', randomBytes(16)),
    ts: at,
    producer,
    pseq,
    prev,
    type,
    agent: agent.id,
    ...(decision === null ? {} : { decision }),
    commit: commitment.commitPayload(payload, salt).commit,
  })
  return {
    entry: { header: new TextDecoder().decode(bytes), payload, salt: base64url.encode(salt) },
    next: { producer, pseq: pseq + 1, prev: base64url.encode(merkle.leafHash(bytes)) },
  }
}
