import { derivedId } from '@watchbill/contract/ids'
import type { SessionReport } from '@watchbill/contract/sessions'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { instant } from '../identity/instant.ts'
import type { DemoAgent } from './cast.ts'
import { detailOf } from './native.ts'
import { createRandom } from './random.ts'

const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** An agent keeps to working or idling for this long. */
const moodMs = 10 * minuteMs
export const silentSinceMs = 3 * hourMs
const waitsSinceMs = 4 * minuteMs

export interface Scene {
  readonly seed: string
  /** The moment the story is told from, ms: someone has waited 4 minutes by then. */
  readonly anchor: number
  /** The moment of this snapshot, ms. */
  readonly at: number
  readonly ttlMs: number
}

/** What one agent looks like at one moment; the same seed, anchor and moment give the same snapshot, id included. */
export const snapshotAt = (agent: DemoAgent, scene: Scene): Snapshot => {
  const { seed, at, ttlMs } = scene
  const run = runOf(agent, scene)
  const unreadable = agent.part === 'unreadable' && at > scene.anchor - 20 * minuteMs
  const degraded = agent.part === 'extra' && createRandom(`${agent.id} health`).next() < 0.04
  const sessions = run.open || run.justEnded ? [sessionOf(agent, scene, run)] : []
  const working = sessions[0]?.state === 'working'
  // What cannot be read says nothing, and what is stopped has nothing to say.
  const detail = unreadable || agent.off ? null : detailOf(agent, { at, degraded, working })
  const { readings = [], ...native } = detail ?? {}
  return {
    v: 1,
    id: derivedId('snp', createRandom(`${seed} ${agent.id} at ${at}`).bytes(16)),
    observedAt: instant(at),
    machine: { id: agent.machine.id, name: agent.machine.name },
    agent: {
      id: agent.id,
      runtime: agent.runtime,
      name: agent.name,
      owner: agent.owner,
      version: agent.version,
    },
    liveness: unreadable ? 'unreadable' : agent.off ? 'stopped' : 'running',
    livenessReason: unreadable
      ? 'status.json /providers/0, line 9, column 31: the document ends inside a string'
      : null,
    health: unreadable ? 'unknown' : degraded ? 'degraded' : 'healthy',
    healthReason: degraded && !unreadable ? 'one of 12 exports failed' : null,
    ...native,
    source: 'observed',
    ttlMs,
    readings: [
      { name: 'open sessions', value: run.open ? 1 : 0, unit: null, source: 'observed', at: instant(at) },
      ...readings,
    ],
    sessions,
  }
}

interface Run {
  readonly index: number
  readonly startedAt: number
  readonly endsAt: number
  readonly open: boolean
  readonly justEnded: boolean
}

/** Each agent had one run earlier in the day and, unless it is off, has one now. */
const runOf = (agent: DemoAgent, { anchor, at }: Scene): Run => {
  const random = createRandom(`${agent.id} runs`)
  const firstStart = anchor - random.between(18 * 60, 23 * 60) * minuteMs
  const firstEnd = firstStart + random.between(2 * 60, 7 * 60) * minuteMs
  const secondStart = anchor - random.between(60, 9 * 60) * minuteMs
  const second = !agent.off && at >= secondStart
  const [startedAt, endsAt] = second ? [secondStart, Number.POSITIVE_INFINITY] : [firstStart, firstEnd]
  const open = at >= startedAt && at < endsAt
  return { index: second ? 1 : 0, startedAt, endsAt, open, justEnded: at >= endsAt && at < endsAt + hourMs }
}

const sessionOf = (agent: DemoAgent, scene: Scene, run: Run): SessionReport => {
  const at = Math.min(scene.at, run.endsAt)
  const state = stateOf(agent, scene, run)
  const tokens = tokensAt(agent, run, at)
  const moodStart = Math.max(run.startedAt, Math.floor(at / moodMs) * moodMs)
  const since = instant(state === 'waiting' ? scene.anchor - waitsSinceMs : moodStart)
  const working = state === 'working'
  return {
    id: derivedId('ses', createRandom(`${agent.id} run ${run.index}`).bytes(16)),
    nativeId: derivedId('run', createRandom(`${agent.id} native ${run.index}`).bytes(16)).slice(4),
    parentId: null,
    kind: 'main',
    state,
    stateSource: 'observed',
    stateSince: since,
    waiting: state === 'waiting' ? gitPush(since) : null,
    tool: working ? toolOf(agent, at, since) : null,
    model: agent.model,
    version: agent.version,
    entrypoint: 'cli',
    permissionMode: 'default',
    project: agent.project,
    branch: agent.branch,
    startedAt: instant(run.startedAt),
    lastActivityAt: working ? instant(at) : since,
    staleAfterMs: null,
    ...tokens,
    costSource: tokens.costMicroUsd === null ? null : 'estimated',
    errors: 0,
    subagents: 0,
    repeats: loops(agent, scene) ? { tool: 'shell', request: 'npm test', count: 14 } : null,
  }
}

const loops = (agent: DemoAgent, { anchor, at }: Scene): boolean =>
  agent.part === 'loops' && at > anchor - 15 * minuteMs

const stateOf = (agent: DemoAgent, scene: Scene, run: Run): SessionReport['state'] => {
  const { anchor, at } = scene
  if (!run.open) return 'ended'
  if (agent.part === 'waits') return at >= anchor - waitsSinceMs ? 'waiting' : 'working'
  if (agent.part === 'loops') return 'working'
  // Nobody is left hanging on the silent machine but one, who was in the middle of it.
  if (agent.machine.silent) return agent.diligence > 0.55 ? 'working' : 'idle'
  const mood = createRandom(`${agent.id} mood ${Math.floor(at / moodMs)}`).next()
  return mood < agent.diligence ? 'working' : 'idle'
}

const gitPush = (since: string): SessionReport['waiting'] => ({
  kind: 'permission',
  detail: 'permission prompt',
  tool: 'Bash',
  request: 'git push',
  since,
})

const requests = [
  'npm test',
  'git diff',
  'rg',
  'npm run',
  'go test',
  'cargo check',
  'git commit',
  'pytest',
] as const

const toolOf = (agent: DemoAgent, at: number, since: string): SessionReport['tool'] => {
  if (agent.part === 'loops') return { name: 'shell', request: 'npm test', since }
  const random = createRandom(`${agent.id} tool ${Math.floor(at / minuteMs)}`)
  if (random.next() < 0.4) return null
  return random.next() < 0.6
    ? { name: 'Bash', request: random.pick(requests), since: null }
    : { name: random.pick(['Edit', 'Read', 'Write', 'Grep']), request: null, since: null }
}

/** Growing with the time worked. Kato and its like do not count tokens: unknown stays unknown. */
const tokensAt = (agent: DemoAgent, run: Run, at: number) => {
  const minutes = Math.max(0, (at - run.startedAt) / minuteMs) * (0.2 + agent.diligence)
  const turns = Math.floor(minutes / 3)
  const counts = {
    turns,
    toolCalls: turns * 4,
    toolFailures: Math.floor(turns / 9),
    denials: Math.floor(turns / 40),
  }
  const unknown = { input: null, cacheRead: null, cacheWrite: null, output: null, reasoning: null }
  if (agent.model === null) return { ...counts, tokens: unknown, costMicroUsd: null }
  const tokens = {
    input: Math.floor(minutes * 420),
    cacheRead: Math.floor(minutes * 9_800),
    cacheWrite: Math.floor(minutes * 640),
    output: Math.floor(minutes * 310),
    reasoning: agent.runtime === 'claude-code' ? null : Math.floor(minutes * 150),
  }
  const costMicroUsd =
    tokens.input * 5 + Math.floor(tokens.cacheRead / 2) + tokens.cacheWrite * 6 + tokens.output * 25
  return { ...counts, tokens, costMicroUsd }
}
