import { sessionIdOf } from '@watchbill/runtimes'
import type { DemoAgent } from './cast.ts'
import { type Fact, factOf } from './fact.ts'
import { createRandom, type Random } from './random.ts'
import { minuteMs, nativeIdOf, type Run } from './runs.ts'

/** Where a call stands: whose it is, when it began (ms), and the id that joins what is told of it. */
export interface CallPlace {
  readonly agent: DemoAgent
  readonly at: number
  readonly session: string
  readonly call: string
}

export const placeOf = (agent: DemoAgent, run: Run, at: number, name: string): CallPlace => {
  const bytes = createRandom(`${agent.id} ${name}`).bytes(12)
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
  return { agent, at, session: sessionIdOf(agent.id, nativeIdOf(agent, run)), call: `call_${hex}` }
}

/** No call takes longer, its permission included. */
export const longestCallMs = 4 * minuteMs

const paths = [
  'src/login.ts',
  'src/routes/export.ts',
  'package.json',
  'README.md',
  'test/rounding.test.ts',
] as const
const risky = ['git push', 'npm install', 'docker run', 'gh pr', 'terraform apply', 'rm'] as const
const forbidden = ['curl', 'sudo', 'npm publish', 'kubectl delete', 'git reset', 'ssh'] as const

/** What is told of one call: mostly that it was made and how it ended; now and then somebody had to decide. */
export const callFacts = (
  place: CallPlace,
  tool: { readonly name: string; readonly request: string | null },
  random: Random,
): Fact[] => {
  const kind = random.next()
  if (kind < 0.1) return [refused(place, random)]
  if (kind < 0.28) return permissionFacts(place, random)
  if (kind < 0.31) return [compacted(place, random)]
  const decision = random.next() < 0.3 ? 'allow' : null
  const request = tool.request ?? random.pick(paths)
  return madeFacts(place, { tool: tool.name, request }, random, decision)
}

type Asked = { readonly tool: string; readonly request: string }

const madeFacts = (
  place: CallPlace,
  asked: Asked,
  random: Random,
  decision: 'allow' | null,
): [Fact, Fact] => {
  const { agent, at, session, call } = place
  const durationMs = random.between(80, random.next() < 0.8 ? 4_000 : 50_000)
  const outcome = random.next() < 0.88 ? 'ok' : 'error'
  const payload = { session, call, ...asked }
  return [
    factOf(place, 'tool.called', payload, decision),
    factOf({ agent, at: at + durationMs }, 'tool.finished', { ...payload, outcome, durationMs }),
  ]
}

const refused = (place: CallPlace, random: Random): Fact => {
  const { session, call } = place
  const by = random.next() < 0.7 ? 'rule' : 'hook'
  return factOf(
    place,
    'tool.refused',
    { session, call, tool: 'Bash', request: random.pick(forbidden), by },
    'deny',
  )
}

/** A person is asked and answers; only then is the call made. */
const permissionFacts = (place: CallPlace, random: Random): Fact[] => {
  const { session, call, at } = place
  const asked = { tool: 'Bash', request: random.pick(risky) }
  const durationMs = random.between(3_000, 110_000)
  const answered = { ...place, at: at + durationMs }
  const decision = random.next() < 0.7 ? 'allow' : 'deny'
  const payload = { session, call, ...asked }
  const made = madeFacts({ ...answered, at: answered.at + 40 }, asked, random, 'allow')
  return [
    factOf(place, 'permission.asked', payload, 'ask'),
    factOf(answered, 'permission.answered', { ...payload, by: 'person', durationMs }, decision),
    ...(decision === 'allow' ? made : []),
  ]
}

const compacted = (place: CallPlace, random: Random): Fact =>
  factOf(place, 'context.compacted', {
    session: place.session,
    trigger: 'auto',
    tokensBefore: random.between(150_000, 170_000),
    tokensAfter: random.between(18_000, 40_000),
  })
