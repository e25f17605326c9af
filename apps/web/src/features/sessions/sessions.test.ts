import type { Session } from '@watchbill/contract/sessions'
import { SessionsQuery } from '@watchbill/contract/sessions'
import { describe, expect, test } from 'vitest'
import { isFiltered, type SessionFilters, toggleState, toSessionsQuery } from './filters.ts'
import { leadSentence, newsLabel } from './lead-sentence.ts'
import { sessionSentence } from './session-sentence.ts'

const none: SessionFilters = { state: null, runtime: null, machine: null, agent: null, q: null, sort: null }

describe('toSessionsQuery', () => {
  test('nothing chosen asks for everything, what needs a person first', () => {
    expect(toSessionsQuery(none)).toEqual({ sort: 'attention' })
    expect(isFiltered({ ...none, sort: 'cost' })).toBe(false)
  })

  test('what could only be refused is left out', () => {
    const query = toSessionsQuery({
      ...none,
      machine: 'nonsense',
      agent: "'; --",
      q: 'x'.repeat(999),
      state: [],
    })
    expect(query).toEqual({ q: 'x'.repeat(200), sort: 'attention' })
  })

  test('whatever the URL says, the contract takes it', () => {
    const machine = 'mch_01a1f848-b543-7e91-9e5e-000000000001'
    const query = toSessionsQuery({ ...none, state: ['waiting', 'ended'], machine, q: ' ', sort: 'tokens' })
    expect(SessionsQuery.safeParse(query).success).toBe(true)
    expect(query.state).toBe('waiting,ended')
  })
})

test('toggleState keeps the order of urgency, and none is no filter', () => {
  expect(toggleState(null, 'idle')).toEqual(['idle'])
  expect(toggleState(['idle'], 'waiting')).toEqual(['waiting', 'idle'])
  expect(toggleState(['idle'], 'idle')).toBeNull()
})

test.each([
  [0, null, false, 'No session has been seen yet'],
  [1204, 0, false, 'No session waits for you; 1,204 in all'],
  [1204, 1, false, '1 session waits for you, 1,204 in all'],
  [12, 3, false, '3 sessions wait for you, 12 in all'],
  [12, null, false, '12 sessions seen'],
  [0, 3, true, 'No session matches'],
  [1, 3, true, '1 session matches'],
  [2, 3, true, '2 sessions match'],
] as const)('%d sessions, %s waiting, filtered %s', (total, waiting, filtered, text) => {
  expect(leadSentence(total, waiting, filtered)).toBe(text)
})

test('newsLabel counts what is new, and never below', () => {
  expect(newsLabel(10, 13)).toBe('3 new')
  expect(newsLabel(10, 10)).toBe('Order changed')
  expect(newsLabel(10, 8)).toBe('Order changed')
  expect(newsLabel(10, null)).toBe('Order changed')
})

describe('sessionSentence', () => {
  const now = Date.parse('2026-11-20T12:00:00.000Z')
  const ago = (minutes: number) => new Date(now - minutes * 60_000).toISOString()
  const session: Session = {
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
    project: null,
    branch: null,
    startedAt: null,
    lastActivityAt: ago(5),
    staleAfterMs: null,
    tokens: { input: null, cacheRead: null, cacheWrite: null, output: null, reasoning: null },
    costMicroUsd: null,
    costSource: null,
    turns: null,
    toolCalls: null,
    toolFailures: null,
    denials: null,
    errors: null,
    subagents: null,
    repeats: null,
    agent: { id: 'agt_01a1f848-b543-7e91-9e5e-989cb75f9d5f', name: 'Codex', runtime: 'codex' },
    machine: { id: 'mch_01a1f848-b543-7e91-9e5e-989cb75f9d5f', name: 'atlas' },
    observedAt: ago(0),
    staleAt: null,
  }
  const said = (more: Partial<Session>, state: Session['state']) =>
    sessionSentence({ ...session, ...more }, state, now)
      .map((part) => part.text)
      .join('')
  const wait = {
    kind: 'permission',
    detail: 'permission prompt',
    tool: 'Bash',
    request: null,
    since: ago(4),
  } as const

  test.each([
    [{ waiting: { ...wait, request: 'git push' } }, 'waiting', 'Waits for you 4 min: git push'],
    [{ waiting: wait }, 'waiting', 'Waits for you 4 min: Bash'],
    [{ waiting: { ...wait, tool: null } }, 'waiting', 'Waits for you 4 min: permission prompt'],
    [{}, 'waiting', 'Waits for you'],
    [
      { tool: { name: 'Bash', request: 'npm test', since: ago(2) } },
      'working',
      'Works: npm test, running 2 min',
    ],
    [{}, 'working', 'Works, for 9 min'],
    [{}, 'idle', 'Idle; last active 5 min ago'],
    [{ lastActivityAt: null }, 'idle', 'Idle'],
    [{}, 'stale', 'Silent while working; last active 5 min ago'],
    [{}, 'ended', 'Ended; last active 5 min ago'],
    [{ stateSource: 'inferred' }, 'ended', 'Ended (inferred); last active 5 min ago'],
  ] as const)('%j as %s', (more, state, text) => {
    expect(said(more, state)).toBe(text)
  })
})
