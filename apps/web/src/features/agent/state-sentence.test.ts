import type { Agent } from '@watchbill/contract/agents'
import type { Session } from '@watchbill/contract/sessions'
import { describe, expect, test } from 'vitest'
import { stateSentence } from './state-sentence.ts'

const now = Date.parse('2026-11-20T12:00:00.000Z')
const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString()
const noTokens = { input: null, cacheRead: null, cacheWrite: null, output: null, reasoning: null }

const session = (more: Partial<Session>): Session => ({
  id: 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f',
  nativeId: 'n1',
  parentId: null,
  kind: 'main',
  state: 'working',
  reportedState: 'working',
  stateSource: 'observed',
  stateSince: ago(9),
  waiting: null,
  tool: null,
  model: null,
  version: null,
  entrypoint: null,
  permissionMode: null,
  project: 'acme/api',
  branch: null,
  startedAt: ago(60),
  lastActivityAt: ago(5),
  staleAfterMs: null,
  tokens: noTokens,
  costMicroUsd: null,
  costSource: null,
  turns: null,
  toolCalls: null,
  toolFailures: null,
  denials: null,
  errors: null,
  subagents: null,
  repeats: null,
  agent: { id: 'agt_01a1f848-b543-7e91-9e5e-989cb75f9d5f', name: 'Claude Code', runtime: 'claude-code' },
  machine: { id: 'mch_01a1f848-b543-7e91-9e5e-989cb75f9d5f', name: 'atlas' },
  observedAt: ago(0),
  staleAt: null,
  ...more,
})

const agent = (more: Partial<Agent>): Agent => ({
  id: 'agt_01a1f848-b543-7e91-9e5e-989cb75f9d5f',
  machine: { id: 'mch_01a1f848-b543-7e91-9e5e-989cb75f9d5f', name: 'atlas' },
  runtime: 'claude-code',
  name: 'Claude Code',
  owner: null,
  version: null,
  state: 'idle',
  liveness: 'running',
  livenessReason: null,
  health: 'unknown',
  healthReason: null,
  source: 'observed',
  observedAt: ago(1),
  reportedAt: ago(1),
  receivedAt: ago(1),
  staleAt: null,
  skewMs: null,
  sessionCounts: { waiting: 0, working: 0, idle: 0, stale: 0, ended: 0 },
  lead: null,
  tokens: noTokens,
  costMicroUsd: null,
  denials: null,
  ...more,
})

const counts = (more: Partial<Agent['sessionCounts']>) => ({ ...agent({}).sessionCounts, ...more })
const said = (subject: Agent, state: Agent['state'], sinceMs: number | null = null) =>
  stateSentence(subject, state, now, sinceMs)
    .map((part) => (part.kind === 'command' ? `\`${part.text}\`` : part.text))
    .join('')

const wait = {
  kind: 'permission',
  detail: 'permission prompt',
  tool: 'Bash',
  request: 'git push',
  since: ago(4),
} as const

describe('stateSentence', () => {
  test('waiting: who waits for what, where, how long', () => {
    const lead = session({ state: 'waiting', waiting: wait })
    expect(said(agent({ lead }), 'waiting')).toBe('Waits for you 4 min: `git push` in acme/api')
  })

  test('waiting: others that wait are counted, the tool or the words stand in for the request', () => {
    const lead = session({ waiting: { ...wait, request: null }, project: null })
    const one = agent({ lead, sessionCounts: counts({ waiting: 3 }) })
    expect(said(one, 'waiting')).toBe('Waits for you 4 min: `Bash`; 2 more sessions wait')
    const silent = session({ waiting: { ...wait, request: null, tool: null }, project: null })
    const two = agent({ lead: silent, sessionCounts: counts({ waiting: 2 }) })
    expect(said(two, 'waiting')).toBe('Waits for you 4 min: permission prompt; 1 more session waits')
  })

  test('waiting without a lead session still says so', () => {
    expect(said(agent({}), 'waiting')).toBe('Waits for you')
  })

  test('working: the tool in progress, or how long the turn lasts', () => {
    const tool = { name: 'Bash', request: 'npm test', since: ago(2) }
    expect(said(agent({ lead: session({ tool }) }), 'working')).toBe(
      'Works in acme/api: `npm test`, running 2 min',
    )
    expect(said(agent({ lead: session({}) }), 'working')).toBe('Works in acme/api, for 9 min')
    expect(said(agent({ lead: session({ stateSince: null, project: null }) }), 'working')).toBe('Works')
  })

  test('failing: the reason given, else the loop, else that there is none', () => {
    const lead = session({ repeats: { tool: 'Bash', request: 'npm test', count: 12 } })
    expect(said(agent({ healthReason: '529 overloaded', lead }), 'failing')).toBe(
      'Fails: 529 overloaded in acme/api',
    )
    expect(said(agent({ lead }), 'failing')).toBe(
      'Repeats itself: `npm test`, 12 times with the same input in acme/api',
    )
    expect(said(agent({}), 'failing')).toBe('Fails: it gave no reason')
  })

  test('unreadable: since when, and why', () => {
    const subject = agent({ livenessReason: 'permission denied' })
    expect(said(subject, 'unreadable', now - 3_600_000)).toBe('Unreadable for 1 h: permission denied')
    expect(said(agent({}), 'unreadable')).toBe('Unreadable: no reason was given')
  })

  test('idle, stale, stopped', () => {
    expect(said(agent({ lead: session({}) }), 'idle')).toBe('Idle; last active 5 min ago in acme/api')
    expect(said(agent({}), 'idle')).toBe('Idle')
    expect(said(agent({ observedAt: ago(20) }), 'stale')).toBe(
      'Silent for 20 min; nobody knows what it does now',
    )
    const heartbeat = agent({ livenessReason: 'no heartbeat since 2026-03-04 10:00:00 UTC' })
    expect(said(heartbeat, 'stale')).toBe(
      'Silent: no heartbeat since 2026-03-04 10:00:00 UTC; nobody knows what it does now',
    )
    expect(said(agent({}), 'stopped', now - 7_200_000)).toBe('Stopped for 2 h')
  })

  test('text of the agent is never among our own words', () => {
    const hostile = '<script>alert(1)</script>'
    const lead = session({ project: hostile, waiting: { ...wait, request: hostile } })
    const parts = stateSentence(agent({ lead }), 'waiting', now, null)
    expect(parts.filter((part) => part.kind === 'words').some((part) => part.text.includes('<'))).toBe(false)
  })
})
