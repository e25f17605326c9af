import type { Agent } from '@watchbill/contract/agents'
import type { Session } from '@watchbill/contract/sessions'
import { formatDuration } from '../../lib/duration.ts'

/** A sentence in parts: our own words, text an agent sent, and what it runs. */
export interface Part {
  readonly kind: 'words' | 'agent' | 'command'
  readonly text: string
}

const words = (text: string): Part => ({ kind: 'words', text })

const given = (kind: 'agent' | 'command', before: string, text: string | null | undefined): Part[] =>
  text === null || text === undefined || text === '' ? [] : [words(before), { kind, text }]

const inProject = (session: Session | null) => given('agent', ' in ', session?.project)

const others = (count: number, what: string): Part[] =>
  count < 1 ? [] : [words(`; ${count} more ${count === 1 ? `session ${what}s` : `sessions ${what}`}`)]

const age = (at: string | null | undefined, now: number, before = ' '): string =>
  at === null || at === undefined ? '' : `${before}${formatDuration(now - Date.parse(at))}`

function waiting({ lead, sessionCounts }: Agent, now: number): Part[] {
  const wait = lead?.waiting
  const asked = wait?.request ?? wait?.tool
  const what =
    asked === null || asked === undefined
      ? given('agent', ': ', wait?.detail)
      : given('command', wait?.kind === 'input' ? ', to answer ' : ': ', asked)
  return [
    words(`Waits for you${age(wait?.since ?? lead?.stateSince, now)}`),
    ...what,
    ...inProject(lead),
    ...others(sessionCounts.waiting - 1, 'wait'),
  ]
}

function working({ lead, sessionCounts }: Agent, now: number): Part[] {
  const tool = lead?.tool
  const doing =
    tool === null || tool === undefined
      ? [words(age(lead?.stateSince, now, ', for '))]
      : [...given('command', ': ', tool.request ?? tool.name), words(age(tool.since, now, ', running '))]
  return [words('Works'), ...inProject(lead), ...doing, ...others(sessionCounts.working - 1, 'work')]
}

function failing({ lead, healthReason }: Agent): Part[] {
  const repeats = lead?.repeats
  if (healthReason === null && repeats !== null && repeats !== undefined) {
    return [
      words('Repeats itself'),
      ...given('command', ': ', repeats.request ?? repeats.tool),
      words(`, ${repeats.count} times with the same input`),
      ...inProject(lead),
    ]
  }
  return [words('Fails'), ...given('agent', ': ', healthReason ?? 'it gave no reason'), ...inProject(lead)]
}

const latest = (lead: Session | null, now: number): Part[] =>
  lead === null ? [] : [words(`${age(lead.lastActivityAt, now, '; last active ')} ago`), ...inProject(lead)]

/** Its collector may still speak, of a heartbeat that stopped: then the reason says since when. */
const stale = ({ livenessReason, observedAt }: Agent, now: number): Part[] => {
  const after = words('; nobody knows what it does now')
  if (livenessReason === null) return [words(`Silent${age(observedAt, now, ' for ')}`), after]
  return [words('Silent: '), { kind: 'agent', text: livenessReason }, after]
}

/**
 * What the agent does, as the sentence the page opens with (LOOK "Status language").
 * `state` is the state by the clock; `sinceMs` where the history says since when it holds.
 */
export function stateSentence(
  agent: Agent,
  state: Agent['state'],
  now: number,
  sinceMs: number | null,
): Part[] {
  const since = sinceMs === null ? '' : ` for ${formatDuration(now - sinceMs)}`
  switch (state) {
    case 'waiting':
      return waiting(agent, now)
    case 'working':
      return working(agent, now)
    case 'failing':
      return failing(agent)
    case 'unreadable':
      return [
        words(`Unreadable${since}: `),
        { kind: 'agent', text: agent.livenessReason ?? 'no reason was given' },
      ]
    case 'idle':
      return [words('Idle'), ...(agent.lead?.lastActivityAt == null ? [] : latest(agent.lead, now))]
    case 'stale':
      return stale(agent, now)
    case 'stopped':
      return [words(`Stopped${since}`), ...given('agent', ': ', agent.livenessReason)]
  }
}
