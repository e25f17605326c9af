import { sessionIdOf } from '@watchbill/runtimes'
import { callFacts, longestCallMs, placeOf } from './calls.ts'
import type { DemoAgent } from './cast.ts'
import { type Fact, factOf } from './fact.ts'
import { createRandom } from './random.ts'
import {
  loopCount,
  loopSinceMs,
  minuteMs,
  moodMs,
  nativeIdOf,
  planEndOf,
  type Run,
  runsOf,
  silentSinceMs,
  stateAt,
  toolAt,
  waitsSinceMs,
} from './runs.ts'

export interface Span {
  /** The moment the story is told from, ms. */
  readonly anchor: number
  /** ms, exclusive. */
  readonly from: number
  /** ms, inclusive. */
  readonly to: number
}

/** Everything the agents did in a span of time, oldest first. However time is cut into spans, each fact is in one. */
export const factsBetween = (agents: readonly DemoAgent[], span: Span): Fact[] =>
  agents
    // The other runtimes are known by a status of their own, which tells of no single call.
    .filter(({ model }) => model !== null)
    .flatMap((agent) => factsOf(agent, span).filter(({ at }) => isTold(agent, span, at)))
    .sort((a, b) => a.at - b.at)

const isTold = ({ machine }: DemoAgent, { anchor, from, to }: Span, at: number): boolean =>
  at > from && at <= to && !(machine.silent && at > anchor - silentSinceMs)

const factsOf = (agent: DemoAgent, span: Span): Fact[] =>
  runsOf(agent, span.anchor).flatMap((run) => [
    ...sessionFacts(agent, run),
    ...slotsOf(run, span).flatMap((slot) => slotFacts(agent, run, span.anchor, slot)),
    ...(run.index === 1 ? scriptedFacts(agent, run, span.anchor) : []),
  ])

const sessionFacts = (agent: DemoAgent, run: Run): Fact[] => {
  const session = sessionIdOf(agent.id, nativeIdOf(agent, run))
  const random = createRandom(`${agent.id} session ${run.index}`)
  const planEnd = planEndOf(agent, run)
  const started = factOf({ agent, at: run.startedAt }, 'session.started', {
    session,
    cause: random.next() < 0.8 ? 'startup' : 'resume',
    ...(agent.model === null ? {} : { model: agent.model }),
    mode: planEnd === null ? 'default' : 'plan',
    entrypoint: 'cli',
    version: agent.version,
  })
  const cause = random.next() < 0.8 ? 'exit' : 'process gone'
  return [
    started,
    ...(planEnd === null
      ? []
      : [factOf({ agent, at: planEnd }, 'mode.changed', { session, from: 'plan', to: 'default' })]),
    // One that goes on ends at no time, which is in no span.
    factOf({ agent, at: run.endsAt }, 'session.ended', { session, cause }),
  ]
}

/** Slots of `moodMs` with calls that may reach into the span. */
const slotsOf = (run: Run, { from, to }: Span): number[] => {
  const first = Math.floor(Math.max(from - longestCallMs, run.startedAt) / moodMs)
  const last = Math.floor(Math.min(to, run.endsAt) / moodMs)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

/** Of the day a call is told here and there; of the last half hour, and from then on, a few a minute in the whole fleet. */
const denseMs = 30 * minuteMs
const sparse = 0.05
const dense = 0.6

/** At most one call, by an agent at work that has a tool in hand. */
const slotFacts = (agent: DemoAgent, run: Run, anchor: number, slot: number): Fact[] => {
  const random = createRandom(`${agent.id} calls ${slot}`)
  const share = slot * moodMs >= anchor - denseMs ? dense : sparse
  if (random.next() >= share) return []
  const at = slot * moodMs + random.between(0, moodMs - 1)
  const tool = toolAt(agent, at)
  if (tool === null || at < run.startedAt || at + longestCallMs >= freeUntil(agent, run, anchor)) return []
  if (stateAt(agent, run, anchor, at) !== 'working') return []
  return callFacts(placeOf(agent, run, at, `call ${slot}`), tool, random)
}

/** Until its run ends or its part begins, which is told below. */
const freeUntil = (agent: DemoAgent, { endsAt }: Run, anchor: number): number => {
  if (agent.part === 'waits') return Math.min(endsAt, anchor - waitsSinceMs)
  return agent.part === 'loops' ? Math.min(endsAt, anchor - loopSinceMs) : endsAt
}

/** What the fleet page says of the two with a part of their own, call by call. */
const scriptedFacts = (agent: DemoAgent, run: Run, anchor: number): Fact[] => {
  if (agent.part === 'waits') {
    const { session, call, ...place } = placeOf(agent, run, anchor - waitsSinceMs, 'git push')
    return [factOf(place, 'permission.asked', { session, call, tool: 'Bash', request: 'git push' }, 'ask')]
  }
  if (agent.part !== 'loops') return []
  return Array.from({ length: loopCount }, (_, turn) => turn).flatMap((turn) => {
    const at = anchor - loopSinceMs + turn * minuteMs + 1
    const { session, call } = placeOf(agent, run, at, `npm test ${turn}`)
    const asked = { session, call, tool: 'shell', request: 'npm test' }
    const durationMs = createRandom(call).between(9_000, 40_000)
    return [
      factOf({ agent, at }, 'tool.called', asked),
      factOf({ agent, at: at + durationMs }, 'tool.finished', { ...asked, outcome: 'error', durationMs }),
    ]
  })
}
