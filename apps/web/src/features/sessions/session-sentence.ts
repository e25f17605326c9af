import type { Session, SessionState } from '@watchbill/contract/sessions'
import { formatDuration } from '../../lib/duration.ts'

/** A sentence in parts: our own words, text an agent sent, and what it runs. */
export interface Part {
  readonly kind: 'words' | 'agent' | 'command'
  readonly text: string
}

const words = (text: string): Part => ({ kind: 'words', text })
const age = (at: string | null | undefined, now: number, before = ' '): string =>
  at === null || at === undefined ? '' : `${before}${formatDuration(now - Date.parse(at))}`

function waiting({ waiting: wait }: Session, now: number): Part[] {
  const first = words(`Waits for you${age(wait?.since, now)}`)
  const asked = wait?.request ?? wait?.tool ?? null
  if (asked !== null) return [first, words(': '), { kind: 'command', text: asked }]
  const said = wait?.detail ?? null
  return said === null ? [first] : [first, words(': '), { kind: 'agent', text: said }]
}

function working({ tool, stateSince }: Session, now: number): Part[] {
  if (tool === null) return [words(`Works${age(stateSince, now, ', for ')}`)]
  const command: Part = { kind: 'command', text: tool.request ?? tool.name }
  return [words('Works: '), command, words(age(tool.since, now, ', running '))]
}

/** What the session does, as its peek opens with. `state` is the state by the clock. */
export function sessionSentence(session: Session, state: SessionState, now: number): Part[] {
  const quiet = age(session.lastActivityAt, now, '; last active ')
  const ago = quiet === '' ? '' : `${quiet} ago`
  switch (state) {
    case 'waiting':
      return waiting(session, now)
    case 'working':
      return working(session, now)
    case 'idle':
      return [words(`Idle${ago}`)]
    case 'stale':
      return [words(`Silent while ${session.reportedState}${ago}`)]
    case 'ended':
      return [words(session.stateSource === 'inferred' ? `Ended (inferred)${ago}` : `Ended${ago}`)]
  }
}
