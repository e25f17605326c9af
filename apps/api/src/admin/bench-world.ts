import { createHash } from 'node:crypto'
import type { SampleHeader } from '../testing/log-samples.ts'

/** A made-up month of a fleet of 200 agents, the same every time: what questions to the audit log are measured on. */
export const worldNow = Date.UTC(2026, 10, 20, 12)
const monthMs = 30 * 86_400_000

const pick = <T>(list: readonly T[], n: number): T => {
  const one = list[n % list.length]
  if (one === undefined) throw new Error('an empty list')
  return one
}

/** Spread evenly, and the same for the same `n`. */
const mix = (n: number, salt: number): number => Math.imul(n ^ (salt * 0x9e3779b1), 0x85ebca6b) >>> 0

/** Few of them are busy, most are not: the square root of a spread number. */
const busy = (n: number, salt: number, of: number): number => Math.floor((mix(n, salt) / 2 ** 32) ** 2 * of)

const idOf = (prefix: string, n: number): string => {
  const hex = createHash('sha256').update(`${prefix} ${n}`).digest('hex')
  return `${prefix}_${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
const agents = Array.from({ length: 200 }, (_, n) => idOf('agt', n))
const tools = ['Bash', 'Read', 'Edit', 'Write', 'Grep', 'Glob', 'WebFetch', 'mcp__issues__search']
const types = [
  'tool.called',
  'tool.finished',
  'tool.called',
  'tool.finished',
  'permission.asked',
  'tool.refused',
]
const programs = [
  'git push',
  'git commit',
  'npm test',
  'npm ci',
  'cargo build',
  'rg',
  'cat',
  'curl',
  'make',
  'python3',
]
const places = ['src', 'packages', 'apps', 'docs', 'tests', 'scripts', 'deploy', 'infra']

/** A burst of work of one agent in one session is some hundred entries long. */
const sessionLength = 240
const agentAt = (seq: number): string => pick(agents, busy(Math.floor(seq / 40), 1, agents.length))
const sessionAt = (seq: number): string => idOf('ses', Math.floor(seq / sessionLength))
const typeAt = (seq: number) => pick(types, mix(seq, 2) % 60 < 57 ? seq % 4 : 4 + (seq % 2))

export const worldHeader =
  (most: number) =>
  (seq: number): SampleHeader => {
    const type = typeAt(seq)
    // Clocks of machines do not agree: up to two minutes of disorder.
    const ts = worldNow - monthMs + Math.floor((seq / most) * monthMs) - (mix(seq, 3) % 120_000)
    const decision = type === 'tool.refused' ? 'deny' : type === 'permission.asked' ? 'ask' : undefined
    return { agent: agentAt(seq), type, ts, ...(decision === undefined ? {} : { decision }) }
  }

export const worldPayload = (seq: number): Readonly<Record<string, unknown>> => {
  const type = typeAt(seq)
  const finished = type === 'tool.finished'
  return {
    call: `toolu_01${String(seq).padStart(22, 'A')}`,
    imported: false,
    request: `${pick(programs, busy(seq, 4, programs.length))} ${pick(places, mix(seq, 5))}/file${mix(seq, 6) % 5000}.ts`,
    session: sessionAt(seq),
    tool: pick(tools, busy(seq, 7, tools.length)),
    ...(finished
      ? { outcome: mix(seq, 8) % 20 === 0 ? 'error' : 'ok', durationMs: mix(seq, 9) % 60_000 }
      : {}),
    ...(type === 'tool.refused' ? { by: 'rule' } : {}),
  }
}

/** Questions people ask, from the widest to the narrowest; `share` of an answer is for the reader of the figures. */
export const questions = (most: number): readonly string[] => [
  '',
  'decision:deny',
  'tool:Bash',
  '-tool:Read action:tool.finished',
  'outcome:error',
  `agent:${agentAt(0)}`,
  `session:${sessionAt(Math.floor(most / 2))}`,
  '"git push"',
  'tool:Bash "git push" -decision:none',
  'last:24h',
  'after:2026-11-01 before:2026-11-08 decision:deny,ask',
  'file1234*',
  'duration:>59s tool:WebFetch',
  '(decision:deny OR outcome:error) tool:Bash',
]
