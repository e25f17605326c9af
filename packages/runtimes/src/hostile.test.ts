import { eventSchemas } from '@watchbill/contract/events'
import { SessionReport } from '@watchbill/contract/sessions'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formats, parseClaudeAgents, parseClaudeProcess, toEntry, toSessionReport } from './index.ts'
import { requestSummary } from './request.ts'
import type { RuntimeEvent } from './runtime.ts'

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 3000 : 300
const nowMs = Date.UTC(2026, 2, 4, 12)
const agentId = 'agt_01a1f848-b543-4e91-9e5e-989cb75f9d5f'

const words = [
  'type user assistant system cost-state session_meta event_msg response_item token_usage_record turn_context gemini',
  'session.start session.usage_record tool.execution_start user.message message payload data usage info tokens $set',
  'messages content role id uuid sessionId agentId isSidechain requestId requestSessionId timestamp name input args',
  'tool_use tool_result tool_use_id is_error stop_reason token_count total_token_usage last_token_usage input_tokens',
  'output_tokens cached_input_tokens function_call function_call_output call_id arguments command toolCalls status',
  'totalCostUSD modelUsage inputTokens outputTokens apiCallId kind subagent item item_completed UserMessage forked_from_id',
  'tool_result permissionDecision decision accept reject source user config hook toolDenialKind compact_boundary compactMetadata trigger preTokens retryAttempt isApiErrorMessage subtype api_error permission-mode permissionMode mode plan',
  'CommandExecution status completed declined failed exit_code duration secs approval_policy never task_started task_complete turn_aborted error codex_error_info compacted context_compacted sandbox_permissions require_escalated',
  'tool.execution_complete permission.requested permission.completed permissionRequest requestId result toolCallId toolName session.resume session.shutdown subagent.started subagent.completed session.mode_changed newMode success cancelled',
  '__proto__ constructor prototype toString hasOwnProperty',
].flatMap((line) => line.split(' '))

const word = fc.constantFrom(...words)
const odd = fc.oneof(
  { weight: 3, arbitrary: word },
  fc.constantFrom(
    -1,
    0,
    1.5,
    1e12,
    1e300,
    -1e300,
    Number.MAX_SAFE_INTEGER,
    true,
    false,
    null,
    '',
    '\u0000',
    '\ud800',
  ),
  fc.constantFrom(
    '2026-03-04T10:00:00Z',
    '9999-12-31T23:59:59Z',
    '2026-13-45T99:99:99Z',
    '2026-03-04T10:00:00.123Z',
  ),
  fc.string({ unit: 'binary', maxLength: 300 }),
  fc.integer({ min: 0, max: 2000 }),
)
const hostileValue: fc.Arbitrary<unknown> = fc.letrec((tie) => ({
  node: fc.oneof(
    { maxDepth: 5 },
    { weight: 4, arbitrary: odd },
    fc.array(tie('node'), { maxLength: 4 }),
    fc.array(fc.tuple(word, tie('node')), { maxLength: 8 }).map((entries) => Object.fromEntries(entries)),
  ),
})).node
const hostileRow = fc
  .array(fc.tuple(word, hostileValue), { maxLength: 10 })
  .chain((entries) => word.map((type) => JSON.stringify({ ...Object.fromEntries(entries), type })))
const hostileLine = fc.oneof(
  { weight: 6, arbitrary: hostileRow },
  fc.string({ maxLength: 80 }),
  fc.constant('{"__proto__":{"a":1},"type":"user"}'),
)

/** What the contract holds against the entry of an event, at any level. */
const faultsOf = (event: RuntimeEvent): unknown[] =>
  (['none', 'request', 'content'] as const).flatMap((level) => {
    const { type, payload, decision } = toEntry(event, { agentId, level, imported: true })
    const allowed: readonly unknown[] = eventSchemas[type].decisions
    const issues: unknown[] = [...(eventSchemas[type].payload.safeParse(payload).error?.issues ?? [])]
    const text = JSON.stringify(payload)
    // JSON.stringify writes a lone surrogate as an escape, and nothing else that way.
    if (/\\ud[89a-f]/i.test(text)) issues.push('half a character')
    return allowed.includes(decision) && event.key.length <= 400 ? issues : [...issues, decision]
  })

describe.each(formats.map((format) => [format.runtime, format] as const))('%s', (_runtime, format) => {
  it('takes any lines: no throw, bounded counts, plain JSON state, reports the contract accepts', () => {
    fc.assert(
      fc.property(fc.array(hostileLine, { maxLength: 40 }), fc.string(), (lines, path) => {
        const state = format.initial(path)
        const told: RuntimeEvent[] = []
        for (const line of lines) format.apply(state, line, (event) => told.push(event))
        for (const event of told) expect(faultsOf(event)).toEqual([])
        expect(JSON.parse(JSON.stringify(state))).toEqual(state)
        expect(Object.keys(format.unread(state)).length).toBeLessThanOrEqual(41)
        for (const facts of format.sessions(new Map([[path, state]]))) {
          const context = { agentId, nowMs, firstSight: false, live: null, processKnown: false }
          const report = toSessionReport(facts, context)
          expect(SessionReport.safeParse(report).error?.issues ?? []).toEqual([])
          expect(JSON.stringify(report)).not.toMatch(/[\n\r]|\\u0000/)
        }
      }),
      { numRuns },
    )
    expect({}).not.toHaveProperty('a')
  })

  it('counts nothing negative, fractional or absurd', () => {
    fc.assert(
      fc.property(fc.array(hostileLine, { maxLength: 40 }), (lines) => {
        const state = format.initial('x')
        for (const line of lines) format.apply(state, line)
        for (const { tokens } of format.sessions(new Map([['x', state]])))
          for (const value of Object.values(tokens))
            if (value !== null) expect(Number.isSafeInteger(value) && value >= 0).toBe(true)
      }),
      { numRuns },
    )
  })

  it('a megabyte of nesting is a damaged line or an unknown row', () => {
    const state = format.initial('x')
    format.apply(state, '['.repeat(1_000_000))
    format.apply(state, `{"type":"user","message":${'{"content":'.repeat(5000)}1${'}'.repeat(5000)}}`)
    expect(Object.values(format.unread(state)).reduce((sum, count) => sum + count, 0)).toBeGreaterThan(0)
  })

  it('ten thousand kinds of unknown rows stay few names', () => {
    const state = format.initial('x')
    for (let kind = 0; kind < 10_000; kind += 1) format.apply(state, JSON.stringify({ type: `kind-${kind}` }))
    const unread = format.unread(state)
    expect(Object.keys(unread).length).toBe(41)
    expect(Object.values(unread).reduce((sum, count) => sum + count, 0)).toBe(10_000)
  })
})

it('live lists and request summaries take any text', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        hostileLine,
        fc.array(hostileValue).map((list) => JSON.stringify(list)),
        fc.string({ unit: 'binary' }),
      ),
      (text) => {
        parseClaudeAgents(text)
        parseClaudeProcess(text)
        const summary = requestSummary(text)
        if (summary !== null) expect(summary).toMatch(/^[A-Za-z][\w.+-]{0,27}( [a-z0-9-]{1,20})?$/)
      },
    ),
    { numRuns: numRuns * 3 },
  )
})
