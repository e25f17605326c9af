import { SessionReport } from '@watchbill/contract/sessions'
import { describe, expect, it } from 'vitest'
import { type ReportContext, type SessionFacts, sessionIdOf, toSessionReport } from './index.ts'
import { stateTable } from './report.ts'

const nowMs = Date.UTC(2026, 2, 4, 12)
const minutes = (count: number) => count * 60_000
const at = (ms: number) => new Date(ms).toISOString()

const facts = (more: Partial<SessionFacts> = {}): SessionFacts => ({
  nativeId: 'native-1',
  parentNativeId: null,
  kind: 'main',
  phase: 'working',
  phaseSinceMs: nowMs - minutes(3),
  startedMs: nowMs - minutes(60),
  lastActivityMs: nowMs - minutes(2),
  model: 'm',
  version: '1',
  entrypoint: 'cli',
  permissionMode: 'default',
  cwd: '/home/kim/secret-client/shop',
  repository: null,
  branch: 'main',
  tool: { name: 'Bash', request: 'git push', sinceMs: nowMs - minutes(2.5) },
  tokens: { input: 1, cacheRead: null, cacheWrite: null, output: 2, reasoning: null },
  costMicroUsd: null,
  turns: 1,
  toolCalls: 1,
  toolFailures: 0,
  denials: 0,
  errors: 0,
  subagents: 0,
  repeats: null,
  hasPrompt: true,
  ...more,
})

const live = (status: 'working' | 'idle' | 'waiting', waitingFor: string | null = null) => ({
  live: { nativeId: 'native-1', pid: 7, status, waitingFor, sinceMs: null },
})

const report = (more: Partial<SessionFacts> = {}, seen: Partial<ReportContext> = {}) => {
  const context = { agentId: 'agt_x', nowMs, firstSight: false, live: null, processKnown: false, ...seen }
  const made = toSessionReport(facts(more), context)
  expect(SessionReport.safeParse(made).error?.issues ?? []).toEqual([])
  return made
}

describe('state table', () => {
  const old = { lastActivityMs: nowMs - minutes(11) }
  const ancient = { lastActivityMs: nowMs - minutes(24 * 60) }
  const cases: Record<string, readonly [Partial<SessionFacts>, Partial<ReportContext>][]> = {
    'its process says it waits': [
      [{}, live('waiting', 'permission prompt')],
      [{ phase: 'idle', ...ancient }, live('waiting', 'input needed')],
      [{ phase: 'ended' }, live('waiting')],
    ],
    'its process says it works': [
      [{}, live('working')],
      [{ ...ancient }, { ...live('working'), firstSight: true }],
      [{ phase: 'idle' }, live('working')],
    ],
    'its process says it is idle': [
      [{}, live('idle')],
      [{ ...old }, { ...live('idle'), firstSight: true }],
    ],
    'the rows say it ended': [
      [{ phase: 'ended' }, {}],
      [{ phase: 'ended', kind: 'subagent' }, live('working')],
      [{ phase: 'ended', ...ancient }, { firstSight: true }],
    ],
    'its process is gone': [
      [{}, { processKnown: true }],
      [{ phase: 'idle' }, { processKnown: true }],
    ],
    'a sub-agent at work in a live process': [
      [{ kind: 'subagent' }, live('working')],
      [
        { kind: 'subagent', ...old },
        { ...live('idle'), firstSight: true },
      ],
    ],
    'quiet at first sight': [
      [{ ...old }, { firstSight: true }],
      [{ phase: 'idle', ...old }, { firstSight: true }],
      [{ phase: 'idle', lastActivityMs: null }, { firstSight: true }],
    ],
    'quiet for a day': [
      [{ ...ancient }, {}],
      [{ phase: 'idle', ...ancient }, {}],
    ],
    'the rows say it works': [
      [{}, {}],
      [{}, { firstSight: true }],
      [{ ...old }, {}],
    ],
    'the rows say it is idle': [
      [{ phase: 'idle' }, {}],
      [{ phase: 'idle', ...old }, {}],
    ],
  }

  it('has a case for every row', () => {
    expect(stateTable.map((row) => row.when)).toEqual(Object.keys(cases))
  })

  it.each(stateTable.map((row) => [row.when, row] as const))('%s', (when, row) => {
    for (const [more, seen] of cases[when] ?? []) {
      const made = report(more, seen)
      expect([made.state, made.stateSource, made.staleAfterMs]).toEqual([
        row.state,
        row.source,
        row.staleAfterMs,
      ])
    }
  })

  it('turns from first sight into sight at ten minutes', () => {
    expect(report({ lastActivityMs: nowMs - minutes(10) + 1 }, { firstSight: true }).state).toBe('working')
    expect(report({ lastActivityMs: nowMs - minutes(10) }, { firstSight: true }).state).toBe('ended')
  })
})

describe('waiting', () => {
  it('says what for, with the tool in progress and since when it was asked', () => {
    expect(report({}, live('waiting', 'permission prompt'))).toMatchObject({
      waiting: {
        kind: 'permission',
        detail: 'permission prompt',
        tool: 'Bash',
        request: 'git push',
        since: at(nowMs - minutes(2.5)),
      },
      stateSince: at(nowMs - minutes(2.5)),
      tool: { name: 'Bash', request: 'git push', since: at(nowMs - minutes(2.5)) },
      staleAfterMs: null,
    })
  })

  it.each([
    ['sandbox request', 'permission'],
    ['worker request', 'permission'],
    ['input needed', 'input'],
    ['dialog open', 'input'],
    ['something new', 'other'],
    ['__proto__', 'other'],
    [null, 'other'],
  ])('%s is %s', (words, kind) => {
    expect(report({}, live('waiting', words)).waiting).toMatchObject({ kind, detail: words })
  })

  it('without a tool or any time waits since now', () => {
    const made = report({ tool: null, lastActivityMs: null }, live('waiting', 'input needed'))
    expect(made.waiting).toMatchObject({ tool: null, request: null, since: at(nowMs) })
  })
})

describe('what leaves the machine', () => {
  it.each([
    ['/home/kim/secret-client/shop', null, 'shop'],
    ['/home/kim/secret-client/shop/', null, 'shop'],
    ['C:\\Users\\kim\\shop', null, 'shop'],
    ['C:\\', null, null],
    ['/', null, null],
    [null, null, null],
    ['/home/kim/secret-client/shop', 'acme/shop', 'acme/shop'],
  ])('project of %s in %s is %s', (cwd, repository, project) => {
    const made = report({ cwd, repository })
    expect(made.project).toBe(project)
    expect(JSON.stringify(made)).not.toMatch(/secret-client|Users/)
  })

  it('no time lies in the future and unknown stays null', () => {
    const made = report({ lastActivityMs: nowMs + minutes(60), startedMs: null, tool: null, phase: 'idle' })
    expect(made).toMatchObject({
      lastActivityAt: at(nowMs),
      startedAt: null,
      costMicroUsd: null,
      costSource: null,
    })
  })

  it('a tool and repeats show only while it works or waits', () => {
    const repeats = { tool: 'Bash', request: 'npm test', count: 4 }
    expect(report({ repeats })).toMatchObject({ repeats, tool: { name: 'Bash' } })
    expect(report({ repeats, phase: 'ended' })).toMatchObject({ repeats: null, tool: null })
  })

  it('ids follow from agent and native id alone', () => {
    const made = report({ parentNativeId: 'native-0', kind: 'subagent' })
    expect(made.id).toBe(sessionIdOf('agt_x', 'native-1'))
    expect(made.parentId).toBe(sessionIdOf('agt_x', 'native-0'))
    expect(sessionIdOf('agt_x', 'native-1')).not.toBe(sessionIdOf('agt_y', 'native-1'))
    expect(sessionIdOf('agt', 'xy')).not.toBe(sessionIdOf('agtx', 'y'))
  })
})
