import { randomBytes as systemBytes } from 'node:crypto'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { newId } from '@watchbill/contract/ids'
import { type NodeFormat, type NodeStatus, nodeFormats } from '@watchbill/runtimes'
import type { Config, RuntimeSource } from '../config/config.ts'
import { errorText } from '../error-code.ts'
import type { Log } from '../log.ts'
import { createOutbound } from '../outbound/outbound.ts'
import { type Allowance, allowanceOf, targetOf } from '../outbound/target.ts'
import type { Weighed } from '../spool/coalesce.ts'
import { firstPollMs, nextPollMs } from './backoff.ts'
import { PollMemory } from './memory.ts'
import { Poller } from './poller.ts'
import { sourceOf } from './source.ts'

export interface PollersOptions {
  readonly config: Pick<Config, 'runtimes'>
  /** The daemon's own folder; `polls.json` in it is ours. */
  readonly data: { readonly path: string }
  readonly machine: { readonly id: string; readonly name: string }
  readonly owner: string | null
  /** The `agt_…` of a runtime at an address; null while it cannot be written down. */
  readonly identify: (runtime: string, address: string, nowMs: number) => string | null
  /** Takes a snapshot durably; a rejection makes the agent say everything again. */
  readonly post: (weighed: Weighed) => Promise<void>
  readonly log: Log
  readonly now: () => number
  /** Ends everything, a request in flight included. */
  readonly signal: AbortSignal
  readonly random?: () => number
  /** Waits; rejects or returns early when stopped. */
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<void>
  /** Name server of the outbound door. */
  readonly resolve?: (host: string) => Promise<readonly string[]>
}

/** How one entry of the config fares, for `watchbill status`. */
export interface PollStanding {
  readonly name: string
  readonly runtime: string
  /** Null before the first answer or failure. */
  readonly liveness: NodeStatus['liveness'] | null
  readonly reason: string | null
  readonly polledMs: number | null
  /** Times in a row without anything usable. */
  readonly failures: number
}

export interface Pollers {
  standing(): readonly PollStanding[]
  /** Snapshots were dropped from the spool: everything is told again at the next poll. */
  sayAgain(): void
  /** Resolves when the signal was given, nothing is in flight and what must be remembered is on disk. */
  readonly ended: Promise<void>
}

/** One poller per configured runtime, each with at most one question in flight; they begin at once, spread out. */
export const createPollers = (options: PollersOptions): Pollers => {
  const { config, data, log, now, signal } = options
  const memory = new PollMemory(join(data.path, 'polls.json'), now)
  const made = config.runtimes.map((entry) => pollerOf(entry, options, memory))
  memory.keepOnly(new Set(made.map(({ key }) => key)))
  const run = async () => {
    await Promise.all(made.map((each, index) => rounds(each, { options, memory, index, count: made.length })))
    await memory.save().catch((error: unknown) => log({ event: 'poll.unwritable', reason: errorText(error) }))
  }
  return {
    sayAgain: () => {
      for (const { poller } of made) poller.sayAgain()
    },
    ended: signal.aborted ? Promise.resolve() : run(),
    standing: () =>
      made.map(({ entry: { name, runtime }, poller: { status, polledMs, failures } }) => ({
        name,
        runtime,
        liveness: status?.liveness ?? null,
        reason: status?.livenessReason ?? null,
        polledMs,
        failures,
      })),
  }
}

interface Made {
  readonly entry: RuntimeSource
  readonly poller: Poller
  /** In the memory. */
  readonly key: string
}

const pollerOf = (entry: RuntimeSource, options: PollersOptions, memory: PollMemory): Made => {
  const { machine, owner, identify, post, now, signal, resolve } = options
  const format = formatOf(entry.runtime)
  const outbound = createOutbound({
    allow: allowancesOf(entry),
    now,
    ...(resolve === undefined ? {} : { resolve }),
  })
  const source = sourceOf(entry, format.documents, outbound)
  const key = `${entry.runtime} ${source.address}`
  const { name, everyMs, timeoutMs } = entry
  const aliveMs = memory.aliveMs(key)
  const ids = (nowMs: number) => {
    const agentId = identify(entry.runtime, source.address, nowMs)
    const snapshotId = newId('snp', nowMs, systemBytes(10))
    return agentId === null ? null : { snapshotId, machine, agentId, name, owner, nowMs }
  }
  const shared = { name, everyMs, timeoutMs, format, source, aliveMs, now, signal, ids, post }
  return { entry, key, poller: new Poller(shared) }
}

const formatOf = (runtime: string): NodeFormat => {
  const format = nodeFormats.find((each) => each.runtime === runtime)
  if (format === undefined) throw new Error(`no status format for ${runtime}`)
  return format
}

/** Each entry has a door of its own, open for itself alone. */
const allowancesOf = (entry: RuntimeSource): Allowance[] => {
  if (!('url' in entry)) return []
  const loopback = allowanceOf(entry.url)
  if (loopback !== null) return [loopback]
  const { host, port } = targetOf(entry.url)
  return entry.privateNetwork ? [{ host, port, reach: 'private' }] : []
}

interface Round {
  readonly options: PollersOptions
  readonly memory: PollMemory
  readonly index: number
  readonly count: number
}

const rounds = async (made: Made, { options, memory, index, count }: Round): Promise<void> => {
  const { signal, random = Math.random, wait = waitQuietly } = options
  const { entry, poller } = made
  await wait(firstPollMs(entry.everyMs, index, count, random), signal)
  while (!signal.aborted) {
    await once(made, options, memory)
    await wait(nextPollMs(entry.everyMs, poller.failures, random), signal)
  }
}

const once = async (
  { entry, poller, key }: Made,
  { log }: PollersOptions,
  memory: PollMemory,
): Promise<void> => {
  const before = poller.status
  try {
    const status = await poller.poll()
    if (status !== null && status.liveness !== before?.liveness) {
      const { liveness, livenessReason: reason } = status
      log({ event: 'poll.changed', name: entry.name, runtime: entry.runtime, liveness, reason })
    }
    if (poller.aliveMs !== null) await memory.note(key, poller.aliveMs)
  } catch (error) {
    log({ event: 'poll.failed', name: entry.name, reason: errorText(error) })
  }
}

const waitQuietly = (ms: number, signal: AbortSignal): Promise<void> =>
  sleep(ms, undefined, { signal, ref: false }).catch(() => undefined)
