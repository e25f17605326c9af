import { derivedId } from '@watchbill/contract/ids'
import type { SessionReport } from '@watchbill/contract/sessions'
import type { DemoAgent } from './cast.ts'
import { createRandom } from './random.ts'

export const minuteMs = 60_000
const hourMs = 60 * minuteMs
/** An agent keeps to working or idling for this long. */
export const moodMs = 10 * minuteMs
export const silentSinceMs = 3 * hourMs
export const waitsSinceMs = 4 * minuteMs
export const loopSinceMs = 15 * minuteMs
/** Calls of the one that goes round in circles. */
export const loopCount = 14

const dayMs = 24 * hourMs

/** The daemons of the demo are started anew each day (UTC); what is older they read from rows that stood already. */
export const daemonStartOf = (now: number): number => Math.floor(now / dayMs) * dayMs

export interface Run {
  readonly index: number
  /** ms. */
  readonly startedAt: number
  /** ms; infinite for the one that goes on. */
  readonly endsAt: number
}

/** `anchor`: the moment the story is told from, ms. One run earlier in the day and, unless the agent is off, one now. */
export const runsOf = (agent: DemoAgent, anchor: number): readonly [Run, ...Run[]] => {
  const random = createRandom(`${agent.id} runs`)
  const firstStart = anchor - random.between(18 * 60, 23 * 60) * minuteMs
  const firstEnd = firstStart + random.between(2 * 60, 7 * 60) * minuteMs
  const secondStart = anchor - random.between(60, 9 * 60) * minuteMs
  const first = { index: 0, startedAt: firstStart, endsAt: firstEnd }
  return agent.off ? [first] : [first, { index: 1, startedAt: secondStart, endsAt: Number.POSITIVE_INFINITY }]
}

/** The run an agent is in or was in last; the first one also before it began. */
export const runAt = (
  agent: DemoAgent,
  anchor: number,
  at: number,
): Run & { readonly open: boolean; readonly justEnded: boolean } => {
  const [first, second] = runsOf(agent, anchor)
  const run = second && at >= second.startedAt ? second : first
  const { startedAt, endsAt } = run
  return { ...run, open: at >= startedAt && at < endsAt, justEnded: at >= endsAt && at < endsAt + hourMs }
}

export const nativeIdOf = (agent: DemoAgent, { index }: Pick<Run, 'index'>): string =>
  derivedId('run', createRandom(`${agent.id} native ${index}`).bytes(16)).slice(4)

/** How the session of a run stands at `at` ms. */
export const stateAt = (agent: DemoAgent, run: Run, anchor: number, at: number): SessionReport['state'] => {
  if (at < run.startedAt || at >= run.endsAt) return 'ended'
  if (agent.part === 'waits') return at >= anchor - waitsSinceMs ? 'waiting' : 'working'
  if (agent.part === 'loops') return 'working'
  // Nobody is left hanging on the silent machine but one, who was in the middle of it.
  if (agent.machine.silent) return agent.diligence > 0.55 ? 'working' : 'idle'
  const mood = createRandom(`${agent.id} mood ${Math.floor(at / moodMs)}`).next()
  return mood < agent.diligence ? 'working' : 'idle'
}

/** When a run that began by planning was let loose, ms; null for the others, which never planned. */
export const planEndOf = (agent: DemoAgent, { index, startedAt }: Run): number | null => {
  const random = createRandom(`${agent.id} plan ${index}`)
  return random.next() < 0.2 ? startedAt + random.between(2 * minuteMs, 14 * minuteMs) : null
}

export const modeAt = (agent: DemoAgent, run: Run, at: number): 'plan' | 'default' =>
  at < (planEndOf(agent, run) ?? 0) ? 'plan' : 'default'

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

/** What a working agent has in hand in this minute; null between two calls. */
export const toolAt = (agent: DemoAgent, at: number): { name: string; request: string | null } | null => {
  const random = createRandom(`${agent.id} tool ${Math.floor(at / minuteMs)}`)
  if (random.next() < 0.4) return null
  return random.next() < 0.6
    ? { name: 'Bash', request: random.pick(requests) }
    : { name: random.pick(['Edit', 'Read', 'Write', 'Grep']), request: null }
}
