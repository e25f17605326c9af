import type { EntryReceipt, ProducedEntry, Producer } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import { createTurns } from '../db/turns.ts'
import { GuardFailed, type RecordEvent } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { type Plan, planChain, type Stored, settleReceipts } from './chain.ts'
import { type ReadEntry, readEntries } from './read-entries.ts'
import { checkSeals, refusedSeals, type SealVerdict, sealWrites } from './seals.ts'
import {
  forkWrite,
  headWrite,
  logEntryOf,
  readMachinesOf,
  readProducers,
  readStored,
  registerWrite,
} from './store.ts'

type Doors = Pick<Deps, 'dbFor' | 'record' | 'log' | 'config'>

interface Call {
  readonly actor: Actor
  readonly workspace: string
  readonly now: number
}

interface Answer {
  readonly receipts: EntryReceipt[]
  readonly expected: Record<string, number>
}

/**
 * Stores a batch of entries durably, or none of it, and says of each what became of it; sending any part again changes
 * nothing. Throws Fault `invalid_request`, `forbidden`, `conflict`; `unavailable` while others keep writing the same chains.
 */
export const createPostEntries = (deps: Doors) => {
  // At the edge a request may not wait for another one's query; there the guards alone keep order.
  const inTurn = deps.config.runtime === 'edge' ? null : createTurns()
  return async (call: Call, entries: readonly ProducedEntry[]): Promise<Answer> => {
    const batch = readEntries(call.workspace, entries)
    const work = () => storeBatch(deps, call, batch)
    return inTurn ? inTurn(`${call.workspace} ${ownerOf(call.actor)}`, work) : work()
  }
}

/** A producer stays with the machine, else the API key, that used it first. */
const ownerOf = (actor: Actor): string => actor.machineId ?? actor.id

const attempts = 5

/** Plans against what is stored, and plans anew when it changed before the batch was written. */
const storeBatch = async (deps: Doors, call: Call, batch: readonly ReadEntry[]): Promise<Answer> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    try {
      return await tryBatch(deps, call, batch)
    } catch (error) {
      if (!(error instanceof GuardFailed)) throw error
    }
  }
  throw new Fault('unavailable', 'Others keep writing to the same chains; nothing was stored.', {
    mend: 'Send the same batch again: what was stored meanwhile is recognised.',
    retryAfterSeconds: 1,
  })
}

const tryBatch = async (deps: Doors, call: Call, batch: readonly ReadEntry[]): Promise<Answer> => {
  const db = deps.dbFor(call.workspace)
  const agents = batch.flatMap(({ header }) => header.agent ?? [])
  const [stored, machines] = await Promise.all([
    readStored(db, call.workspace, batch),
    readMachinesOf(db, call.workspace, agents),
  ])
  requireOwnProducers(call.actor, batch, stored)
  requireOwnAgents(call.actor, batch, machines)
  const plan = planChain(batch, stored)
  // Registered ones have a number by which entries name them: read again.
  if (await registerProducers(deps, call, plan, stored)) return tryBatch(deps, call, batch)
  const seals = await checkSeals(db, call.workspace, ownerOf(call.actor), plan.fresh)
  const firstSeq = await writePlan(deps, call, { plan, stored, seals })
  const expected = [...plan.heads].map(([producer, { next }]) => [producer, next] as const)
  return { receipts: settleReceipts(plan, firstSeq), expected: Object.fromEntries(expected) }
}

/** Throws Fault `forbidden` for a producer that another credential used first. */
const requireOwnProducers = (actor: Actor, batch: readonly ReadEntry[], { heads }: Stored): void => {
  const owner = ownerOf(actor)
  refuse(
    batch.filter(({ header }) => (heads.get(header.producer)?.owner ?? owner) !== owner),
    'A producer belongs to the credential that used it first.',
    ({ header }) => `${header.producer} belongs to another credential`,
  )
}

/** Throws Fault `forbidden` when a machine's credential speaks for an agent known to run on another machine. */
const requireOwnAgents = (
  actor: Actor,
  batch: readonly ReadEntry[],
  machines: ReadonlyMap<string, string>,
): void => {
  const own = actor.machineId
  if (own === null) return
  refuse(
    batch.filter(({ header: { agent } }) => agent !== null && (machines.get(agent) ?? own) !== own),
    'A machine credential speaks for agents of its own machine only.',
    ({ header }) => `${header.agent} runs on another machine`,
  )
}

const refuse = (entries: readonly ReadEntry[], detail: string, why: (entry: ReadEntry) => string): void => {
  if (entries.length === 0) return
  const errors = entries.slice(0, 20).map((entry) => ({
    pointer: `/entries/${entry.index}/header`,
    detail: why(entry),
  }))
  throw new Fault('forbidden', detail, { errors })
}

/** Each new producer by itself: that it is bound to its owner is an entry of the control plane's own. */
const registerProducers = async (deps: Doors, call: Call, plan: Plan, stored: Stored): Promise<boolean> => {
  const owner = ownerOf(call.actor)
  const unknown = [...plan.heads.keys()].filter((producer) => !stored.heads.has(producer))
  for (const producer of unknown) {
    await deps.record(
      eventOf(call, 'producer.registered', { producer, owner }),
      registerWrite(call.workspace, producer, owner, call.now),
    )
  }
  return unknown.length > 0
}

const eventOf = (
  { actor, workspace }: Call,
  type: RecordEvent['type'],
  data: RecordEvent['data'],
): RecordEvent => ({ type, workspace, actor: { kind: actor.kind, id: actor.id }, data })

interface Decided {
  readonly plan: Plan
  readonly stored: Stored
  readonly seals: SealVerdict
}

/** Place of the first new entry; 0 when there is none and nothing had to be written. */
const writePlan = async (deps: Doors, call: Call, { plan, stored, seals }: Decided): Promise<number> => {
  const { workspace, now } = call
  const owner = ownerOf(call.actor)
  const events = [
    ...(plan.forks.length > 0 ? [eventOf(call, 'producer.equivocated', accusation(plan, owner))] : []),
    ...(seals.refused.length > 0
      ? [eventOf(call, 'producer.seal.refused', refusedSeals(owner, seals.refused))]
      : []),
  ]
  if (plan.fresh.length + events.length === 0) return 0
  const known = (producer: string) => stored.heads.get(producer) ?? unregistered(producer)
  const entries = plan.fresh.map((entry) => logEntryOf(entry, known(entry.header.producer).no))
  const grown = new Set(plan.fresh.map(({ header }) => header.producer))
  const heads = [...plan.heads].filter(([producer]) => grown.has(producer))
  const { firstSeq } = await deps.record(
    { workspace, entries, events },
    ...heads.map(([producer, head]) => headWrite(workspace, known(producer), head, now)),
    ...sealWrites(workspace, seals),
    ...plan.forks.map((fork) => forkWrite(workspace, fork, now)),
  )
  warn(deps, call, plan, seals)
  return firstSeq
}

const unregistered = (producer: string): never => {
  throw new Error(`${producer} has no number`)
}

const warn = (deps: Doors, { workspace, now }: Call, { forks }: Plan, { refused }: SealVerdict): void => {
  const at = instant(now)
  for (const seal of refused.slice(0, 20))
    deps.log({ level: 'warn', at, msg: 'a seal of a producer does not hold', workspace, ...seal })
  for (const { header } of forks.slice(0, 20)) {
    const { producer, pseq } = header
    deps.log({
      level: 'warn',
      at,
      msg: 'a producer contradicted itself',
      workspace,
      producer,
      pseq,
    })
  }
}

/** Names at most 100 places; the table `equivocations` holds every header. */
const accusation = ({ forks }: Plan, owner: string) => ({
  owner,
  count: forks.length,
  places: forks.slice(0, 100).map(({ header }) => `${header.producer} ${header.pseq}`),
  leaves: forks.slice(0, 100).map(({ leaf }) => leaf),
})

/** Oldest first. */
export const listProducers = async (deps: Pick<Deps, 'dbFor'>, workspace: string): Promise<Producer[]> => {
  const rows = await readProducers(deps.dbFor(workspace), workspace)
  return rows.map((row) => ({
    id: row.id,
    owner: row.owner,
    nextPseq: row.next_pseq,
    equivocations: row.equivocations,
    sealedPseq: row.sealed_pseq,
    firstSeenAt: instant(row.first_seen_at),
    lastSeenAt: instant(row.last_seen_at),
  }))
}
