import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { eventSchemas } from '@watchbill/contract/events'
import { describe, expect, it } from 'vitest'
import { formats, toEntry } from './index.ts'
import type { RuntimeEvent } from './runtime.ts'
import { filesIn, once, toldByAll } from './testing/told.ts'

/**
 * Every decision that captures of real agents show on the wire, in their output or in their files yields exactly one
 * entry, with the same answer. WATCHBILL_SAMPLES names the folder of captures.
 */
const samples = process.env.WATCHBILL_SAMPLES
const agentId = 'agt_01a1f848-b543-4e91-9e5e-989cb75f9d5f'

interface Decision {
  readonly from: string
  /** Null where the source names none. */
  readonly session: string | null
  readonly call: string | null
  readonly tool: string
  readonly answer: 'allow' | 'deny'
}

const read = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'))
const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null
    ? new Map<string, unknown>(Object.entries(value)).get(name)
    : undefined
const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

/** Attributes of every log record and span of an OTLP JSON document, wherever they stand in it. */
const recordsIn = (value: unknown): Map<string, unknown>[] => {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(recordsIn)
  const own = listOf(field(value, 'attributes')).map((one): [string, unknown] => [
    String(field(one, 'key')),
    Object.values(field(one, 'value') ?? {})[0],
  ])
  const below = Object.entries(value).filter(([name]) => name !== 'attributes')
  return [new Map(own), ...below.flatMap(([, inner]) => recordsIn(inner))]
}

const decisionOf = (record: Map<string, unknown>): Decision | null => {
  const name = record.get('event.name')
  const said = textOf(record.get('decision'))
  const at = (session: string, call: string | null, tool: string) => ({
    session: textOf(record.get(session)),
    call: call === null ? null : textOf(record.get(call)),
    tool: String(record.get(tool)),
  })
  if (name === 'tool_decision')
    return {
      from: name,
      ...at('session.id', 'tool_use_id', 'tool_name'),
      answer: said === 'accept' ? 'allow' : 'deny',
    }
  if (name === 'codex.tool_decision')
    return {
      from: name,
      ...at('conversation.id', 'call_id', 'tool_name'),
      answer: /^(approved|accept)/.test(said ?? '') ? 'allow' : 'deny',
    }
  if (name === 'gemini_cli.tool_call' && said !== null && said !== 'None')
    return {
      from: name,
      ...at('session.id', null, 'function_name'),
      answer: said === 'reject' ? 'deny' : 'allow',
    }
  if (record.get('gen_ai.operation.name') === 'execute_tool' && record.get('error.type') === 'denied')
    return {
      from: 'execute_tool',
      ...at('gen_ai.conversation.id', 'gen_ai.tool.call.id', 'gen_ai.tool.name'),
      answer: 'deny',
    }
  return null
}

const jsonLines = (path: string): unknown[] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line)]
      } catch {
        return []
      }
    })

const onTheWire = (folder: string): Decision[] =>
  (existsSync(folder) ? readdirSync(folder) : [])
    .filter((name) => /^otlp-(logs|traces)-\d+\.json$/.test(name))
    .flatMap((name) => recordsIn(read(join(folder, name))))
    .flatMap((record) => decisionOf(record) ?? [])

/** `permission_denials` of the results that print mode ends with. */
const inOutput = (folder: string): Decision[] =>
  readdirSync(folder)
    .filter((name) => /^stdout.*\.ndjson$/.test(name))
    .flatMap((name) => jsonLines(join(folder, name)))
    .flatMap((row) =>
      listOf(field(row, 'permission_denials')).map((denial) => ({
        from: 'permission_denials',
        session: textOf(field(row, 'session_id')),
        call: textOf(field(denial, 'tool_use_id')),
        tool: String(field(denial, 'tool_name')),
        answer: 'deny' as const,
      })),
    )

/** `toolDenialKind` and `permissionDecision` of the files' own rows. */
const inFiles = (folder: string): Decision[] =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.jsonl'))
    .flatMap((name) => jsonLines(join(folder, name)))
    .flatMap((row) => {
      const kind = field(row, 'toolDenialKind')
      const said = field(field(row, 'permissionDecision'), 'decision')
      if (kind === undefined && said === undefined) return []
      const block = listOf(field(field(row, 'message'), 'content'))[0]
      const call = textOf(field(block, 'tool_use_id'))
      const answer = said === 'accept' ? ('allow' as const) : ('deny' as const)
      return [{ from: 'file', session: null, call, tool: '', answer }]
    })

const toldIn = (home: string): RuntimeEvent[] =>
  formats.flatMap((format) =>
    format.roots.flatMap(({ home: base, sub }) => {
      const folder = join(home, base, sub)
      return existsSync(folder) ? [...once(toldByAll(format, filesIn(folder, format))).values()] : []
    }),
  )

const isOf = (event: RuntimeEvent, decision: Decision) =>
  (decision.session === null || event.nativeId.split('/')[0] === decision.session) &&
  (decision.call === null || event.call === decision.call)

if (samples === undefined) {
  it.skip('WATCHBILL_SAMPLES is not set: decisions of captures were not looked for', () => undefined)
  console.warn('WATCHBILL_SAMPLES is not set: decisions of captures of real agents were not looked for')
} else {
  const names = readdirSync(samples).filter((name) => existsSync(join(samples, name, 'home')))
  let total = 0

  describe.each(names)('%s', (name) => {
    const folder = join(samples, name)
    const told = toldIn(join(folder, 'home'))
    const made = told.filter(({ decision }) => decision === 'allow' || decision === 'deny')
    const shown = [...onTheWire(join(folder, 'wire')), ...inOutput(folder), ...inFiles(join(folder, 'home'))]
    total += shown.length

    it('every decision that names its call has exactly one entry, and it says the same', () => {
      for (const decision of shown.filter(({ call }) => call !== null)) {
        const entries = made.filter((event) => isOf(event, decision))
        expect([decision, entries.map((event) => event.decision)]).toEqual([decision, [decision.answer]])
      }
    })

    it('decisions without a call (Gemini) have as many entries, tool by tool', () => {
      const words = (all: { tool: string | null; session: string; answer: string | null }[]) =>
        all.map(({ session, tool, answer }) => `${session} ${tool} ${answer}`).sort()
      const nameless = shown.filter(({ call }) => call === null)
      if (nameless.length === 0) return
      expect(
        words(made.map((event) => ({ ...event, session: event.nativeId, answer: event.decision }))),
      ).toEqual(words(nameless.map((one) => ({ ...one, session: one.session ?? '' }))))
    })

    it('no entry says of a call that it was decided when nothing does', () => {
      // The wire of these captures is protobuf, or says nothing of a refusal at the terminal (Codex, reference §2.1).
      if (name.endsWith('-pb')) return
      const unsaid = made.filter((event) => !shown.some((decision) => isOf(event, decision)))
      expect(unsaid.filter(({ decision }) => decision === 'allow')).toEqual([])
    })

    it('every event is an entry the contract accepts, at every level', () => {
      for (const event of told)
        for (const level of ['none', 'request', 'content'] as const) {
          const { type, payload, decision } = toEntry(event, { agentId, level, imported: false })
          expect(eventSchemas[type].payload.safeParse(payload).error?.issues ?? []).toEqual([])
          expect(eventSchemas[type].decisions).toContain(decision)
        }
    })
  })

  it('there were decisions to look for', () => {
    console.info(`completeness: ${total} statements of decisions in ${names.length} captures`)
    expect(total).toBeGreaterThan(40)
  })
}
