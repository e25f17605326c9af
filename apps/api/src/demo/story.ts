import { derivedId } from '@watchbill/contract/ids'
import type { SessionReport } from '@watchbill/contract/sessions'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { sessionIdOf } from '@watchbill/runtimes'
import { instant } from '../identity/instant.ts'
import type { DemoAgent } from './cast.ts'
import { detailOf } from './native.ts'
import { createRandom } from './random.ts'
import {
  loopCount,
  loopSinceMs,
  minuteMs,
  modeAt,
  moodMs,
  nativeIdOf,
  type Run,
  runAt,
  stateAt,
  toolAt,
  waitsSinceMs,
} from './runs.ts'

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
  const run = runAt(agent, scene.anchor, at)
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

const sessionOf = (agent: DemoAgent, scene: Scene, run: Run): SessionReport => {
  const at = Math.min(scene.at, run.endsAt)
  const state = stateAt(agent, run, scene.anchor, scene.at)
  const tokens = tokensAt(agent, run, at)
  const moodStart = Math.max(run.startedAt, Math.floor(at / moodMs) * moodMs)
  const since = instant(state === 'waiting' ? scene.anchor - waitsSinceMs : moodStart)
  const working = state === 'working'
  return {
    id: sessionIdOf(agent.id, nativeIdOf(agent, run)),
    nativeId: nativeIdOf(agent, run),
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
    permissionMode: modeAt(agent, run, at),
    project: agent.project,
    branch: agent.branch,
    startedAt: instant(run.startedAt),
    lastActivityAt: working ? instant(at) : since,
    staleAfterMs: null,
    ...tokens,
    costSource: tokens.costMicroUsd === null ? null : 'estimated',
    errors: 0,
    subagents: 0,
    repeats: loops(agent, scene) ? { tool: 'shell', request: 'npm test', count: loopCount } : null,
  }
}

const loops = (agent: DemoAgent, { anchor, at }: Scene): boolean =>
  agent.part === 'loops' && at > anchor - loopSinceMs

const gitPush = (since: string): SessionReport['waiting'] => ({
  kind: 'permission',
  detail: 'permission prompt',
  tool: 'Bash',
  request: 'git push',
  since,
})

const toolOf = (agent: DemoAgent, at: number, since: string): SessionReport['tool'] => {
  if (agent.part === 'loops') return { name: 'shell', request: 'npm test', since }
  const tool = toolAt(agent, at)
  return tool && { ...tool, since: null }
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
