import type { ProbeAnswer } from './probe-answer.ts'

export type Verdict = 'pass' | 'warn' | 'fail'

/** The sentence a page opens with, and how bad it is. */
export interface Sentence {
  readonly verdict: Verdict
  readonly text: string
}

/** Machines that report, of those known; null where the reader may not see it. */
export interface Coverage {
  readonly reporting: number
  readonly known: number
}

const named = (names: readonly string[]): string =>
  names.length <= 1 ? (names[0] ?? '') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`

const checksIn = (answer: ProbeAnswer, status: Verdict): string[] =>
  answer.kind === 'unreachable' || answer.checks === null
    ? []
    : answer.checks.filter((check) => check.status === status).map((check) => check.name)

const unreachable = (reason: string): Sentence => ({
  verdict: 'fail',
  text: `The control plane cannot be reached: ${reason}`,
})

/** "Ready: all 6 checks pass", "Not ready: database fails". */
export function readinessSentence(answer: ProbeAnswer): Sentence {
  if (answer.kind === 'unreachable') return unreachable(answer.reason)
  const failing = checksIn(answer, 'fail')
  const warning = checksIn(answer, 'warn')
  if (answer.status === 'fail') {
    const which = failing.length === 0 ? '' : `: ${named(failing)} ${failing.length === 1 ? 'fails' : 'fail'}`
    return { verdict: 'fail', text: `Not ready${which}` }
  }
  if (answer.status === 'warn') {
    const need = warning.length === 1 ? 'needs' : 'need'
    const which = warning.length === 0 ? ' with a warning' : `, but ${named(warning)} ${need} a look`
    return { verdict: 'warn', text: `Ready${which}` }
  }
  const count = answer.checks?.length ?? 0
  return { verdict: 'pass', text: count === 0 ? 'Ready' : `Ready: all ${count} checks pass` }
}

function coverageWords({ reporting, known }: Coverage): string {
  if (known === 0) return 'no machine has reported yet'
  if (reporting < known) return `${reporting} of ${known} machines report`
  return known === 1 ? 'the one machine reports' : `all ${known} machines report`
}

/** "Healthy: 14 of 15 machines report": the process, its readiness and the machines in one line. */
export function healthSentence(live: ProbeAnswer, ready: ProbeAnswer, coverage: Coverage | null): Sentence {
  if (live.kind === 'unreachable') return unreachable(live.reason)
  if (live.status === 'fail') return { verdict: 'fail', text: 'The control plane is alive but not well' }
  if (ready.kind === 'unreachable' || ready.status === 'fail') {
    return { verdict: 'fail', text: 'The control plane is alive, but not ready to work' }
  }
  const machines = coverage === null ? '' : `: ${coverageWords(coverage)}`
  const silent = coverage !== null && coverage.reporting < coverage.known
  const warned = live.status === 'warn' || ready.status === 'warn'
  const text = warned ? `Healthy, with a warning${machines}` : `Healthy${machines}`
  return { verdict: warned || silent ? 'warn' : 'pass', text }
}
