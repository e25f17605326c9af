import { describe, expect, it } from 'vitest'
import * as z from 'zod/mini'
import { expectedDetail, expectedOf } from './chain-refusal.ts'
import { atLevel, decisions, type EventPayload, type EventType, eventSchemas, eventTypes } from './events.ts'
import { Fault } from './fault.ts'

const session = 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f'
const common = { session, imported: false }
const call = {
  ...common,
  call: 'toolu_1',
  tool: 'Bash',
  request: 'git push',
  content: 'git push origin main',
}

/** Everything each type can say. */
const full: { readonly [T in EventType]: EventPayload<T> } = {
  'session.started': {
    ...common,
    cause: 'resume',
    parent: session,
    model: 'm',
    mode: 'plan',
    entrypoint: 'cli',
    version: '2.1.0',
  },
  'session.ended': { ...common, cause: 'exit' },
  'tool.called': call,
  'tool.finished': { ...call, outcome: 'ok', durationMs: 12 },
  'tool.refused': { ...call, by: 'rule' },
  'permission.asked': call,
  'permission.answered': { ...call, by: 'person', durationMs: 4000 },
  'mode.changed': { ...common, from: 'default', to: 'plan' },
  'subagent.started': { ...common, subagent: session, call: 'toolu_2', kind: 'explore', model: 'm' },
  'subagent.finished': {
    ...common,
    subagent: session,
    call: 'toolu_2',
    kind: 'explore',
    outcome: 'ok',
    durationMs: 1,
  },
  'context.compacted': { ...common, trigger: 'auto', tokensBefore: 150_000, tokensAfter: 20_000 },
  'model.failed': {
    ...common,
    kind: 'overloaded',
    status: 529,
    model: 'm',
    attempt: 1,
    content: 'Overloaded',
  },
}

/** The type is one of the table's keys; which schema it names, the checker cannot follow. */
const schemaOf = (type: EventType): z.ZodMiniType => eventSchemas[type].payload

describe.each(eventTypes)('%s', (type) => {
  it('takes everything it can say, and each member by itself is checked', () => {
    const payload: Readonly<Record<string, unknown>> = full[type]
    expect(schemaOf(type).parse(payload)).toEqual(payload)
    for (const name of Object.keys(payload)) {
      for (const wrong of [null, [], {}, Number.NaN, 'a\u0000b', 'x'.repeat(30_000)]) {
        expect(schemaOf(type).safeParse({ ...payload, [name]: wrong }).success, name).toBe(false)
      }
    }
  })

  it('is flat, of at most 32 members, and takes no other', () => {
    const payload = full[type]
    expect(Object.values(payload).every((value) => typeof value !== 'object')).toBe(true)
    expect(Object.keys(eventSchemas[type].payload.shape).sort()).toEqual(Object.keys(payload).sort())
    expect(Object.keys(payload).length).toBeLessThanOrEqual(32)
    expect(schemaOf(type).safeParse({ ...payload, prompt: 'x' }).success).toBe(false)
  })

  it('stands at every payload level, and says less at a lower one', () => {
    const names = (level: 'none' | 'request' | 'content') => {
      const less = atLevel(full[type], level)
      expect(schemaOf(type).safeParse(less).success, level).toBe(true)
      return Object.keys(less)
    }
    expect(names('none')).not.toContain('request')
    expect(names('request')).not.toContain('content')
    expect(names('content')).toEqual(Object.keys(full[type]))
    expect(names('none')).toEqual(expect.arrayContaining(['session', 'imported']))
  })
})

it('the published table stands: a change of meaning is a new version, and shows here', async () => {
  const table = eventTypes.map((type) => {
    const { v, decisions } = eventSchemas[type]
    const { $schema: _, ...payload } = z.toJSONSchema(schemaOf(type), { unrepresentable: 'any' })
    return [type, { v, decisions, payload }] as const
  })
  const text = `${JSON.stringify(Object.fromEntries(table), null, 2)}\n`
  await expect(text).toMatchFileSnapshot('../testdata/events.json')
})

it('every decision stands in the header of some type', () => {
  const used = new Set(eventTypes.flatMap((type): readonly (string | null)[] => eventSchemas[type].decisions))
  expect([...decisions].filter((decision) => !used.has(decision))).toEqual([])
})

describe('expectedOf', () => {
  const producer = 'prd_01a1f848-b543-7e91-9e5e-989cb75f9d5f'
  const fault = (code: 'conflict' | 'forbidden', detail: string) =>
    new Fault(code, 'refused', { errors: [{ pointer: '/entries/0/header', detail }] })

  it('reads back what expectedDetail wrote', () => {
    const detail = `pseq 9 leaves a gap: ${expectedDetail(producer, 4)}`
    expect(expectedOf(fault('conflict', detail))).toEqual(new Map([[producer, 4]]))
  })

  it('finds nothing in any other refusal', () => {
    expect(expectedOf(fault('conflict', 'the id belongs to another entry')).size).toBe(0)
    expect(expectedOf(fault('forbidden', expectedDetail(producer, 4))).size).toBe(0)
  })
})
