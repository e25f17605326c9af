import type { Agent } from '@watchbill/contract/agents'
import type { Attention } from '@watchbill/contract/fleet'
import type { Session } from '@watchbill/contract/sessions'
import { formatDuration } from '../../lib/duration.ts'

/** A piece of a sentence; `code` and `name` come from an agent and are shown as untrusted text. */
export interface Part {
  readonly kind: 'plain' | 'code' | 'name'
  readonly text: string
}

const plain = (text: string): Part => ({ kind: 'plain', text })
const code = (text: string | null): Part[] => (text === null ? [] : [{ kind: 'code', text }])
const name = (before: string, text: string | null): Part[] =>
  text === null ? [] : [plain(before), { kind: 'name', text }]
const age = (since: string | null, now: number) =>
  since === null ? '' : ` ${formatDuration(now - Date.parse(since))}`

/** "Waits for you 4 min: `git push` in acme/api". */
export function attentionSentence(row: Attention, now: number): Part[] {
  const place = name(' in ', row.project)
  const lasting = row.since === null ? '' : ` for${age(row.since, now)}`
  const why = name(': ', row.reason)
  if (row.kind === 'waiting') {
    const what = row.what === null ? why : [plain(': '), ...code(row.what)]
    return [plain(`Waits for you${age(row.since, now)}`), ...what, ...place]
  }
  if (row.kind === 'looping') {
    const times = row.count === null ? ' over and over' : ` ${row.count} times`
    return [
      plain('Repeats '),
      ...(row.what === null ? [plain('one call')] : code(row.what)),
      plain(times),
      ...place,
    ]
  }
  if (row.kind === 'failing') return [plain(`Fails${lasting}`), ...place, ...why]
  if (row.kind === 'unreadable') return [plain(`Cannot be read${lasting}`), ...why]
  const last = row.what === null ? [] : [plain('; last '), ...code(row.what)]
  return [plain(`Silent${lasting}`), ...place, ...last]
}

/** What a session is at: the call it waits on or runs, and where. */
export function sessionActivity(session: Session, now: number): Part[] {
  const place = name(' in ', session.project)
  if (session.state === 'waiting' && session.waiting !== null) {
    const what = session.waiting.request ?? session.waiting.tool
    const words = what === null ? name(': ', session.waiting.detail) : [plain(': '), ...code(what)]
    return [plain(`waits${age(session.waiting.since, now)}`), ...words, ...place]
  }
  if (session.state === 'working' && session.tool !== null) {
    return [...code(session.tool.request ?? session.tool.name), plain(age(session.tool.since, now)), ...place]
  }
  if (session.state === 'working') return [plain('thinks'), ...place]
  return session.project === null ? [] : [{ kind: 'name', text: session.project }]
}

/** What an agent is at, by the session that explains its state; else why it is as it is. */
export function agentActivity(agent: Agent, now: number): Part[] {
  const reason = agent.state === 'failing' ? agent.healthReason : agent.livenessReason
  if (reason !== null && agent.state !== 'waiting' && agent.state !== 'working') {
    return [{ kind: 'name', text: reason }]
  }
  return agent.lead === null ? [] : sessionActivity(agent.lead, now)
}
