import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formats } from './index.ts'
import type { SessionFacts } from './runtime.ts'

/**
 * Reads a folder of captures, `<name>/home` (a HOME with session files) beside `<name>/wire` (the OTLP JSON the
 * same run sent), and compares the token totals of both. Set WATCHBILL_SAMPLES to that folder.
 */
const samples = process.env.WATCHBILL_SAMPLES

const filesBelow = (folder: string): string[] =>
  existsSync(folder)
    ? readdirSync(folder, { recursive: true, encoding: 'utf8' })
        .map((name) => join(folder, name))
        .filter((path) => statSync(path).isFile())
    : []

const readHome = (home: string, into = new Map<string, Map<string, unknown>>()) => {
  for (const format of formats)
    for (const root of format.roots) {
      const folder = join(home, root.home, root.sub)
      for (const path of filesBelow(folder)) {
        const name = relative(folder, path)
        if (!format.matches(name)) continue
        const state = format.initial(name)
        for (const line of readFileSync(path, 'utf8').trimEnd().split('\n')) format.apply(state, line)
        expect([path, format.unread(state)]).toEqual([path, {}])
        const states = into.get(format.runtime) ?? new Map<string, unknown>()
        into.set(format.runtime, states.set(path, state))
      }
    }
  return into
}

const sessionsOf = (states: ReadonlyMap<string, ReadonlyMap<string, unknown>>): SessionFacts[] =>
  formats.flatMap((format) => format.sessions(states.get(format.runtime) ?? new Map()))

type Five = readonly number[]

const fiveOf = ({ tokens }: SessionFacts): Five => [
  tokens.input ?? 0,
  tokens.cacheRead ?? 0,
  tokens.cacheWrite ?? 0,
  tokens.output ?? 0,
  tokens.reasoning ?? 0,
]

/** Attributes of every log record and span of an OTLP JSON document, wherever they stand in it. */
const attributesIn = (value: unknown): Record<string, unknown>[] => {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap(attributesIn)
  const fields = new Map<string, unknown>(Object.entries(value))
  const own = fields.get('attributes')
  const list: { key: string; value: object }[] = Array.isArray(own) ? own : []
  const record = Object.fromEntries(list.map((one) => [one.key, Object.values(one.value)[0]]))
  return [
    record,
    ...[...fields].filter(([name]) => name !== 'attributes').flatMap(([, below]) => attributesIn(below)),
  ]
}

const number = (value: unknown) => Number(value ?? 0)

/** Session and its five numbers of one model call, straight from the wire; null for any other record. */
const truthOf = (a: Record<string, unknown>): [session: string, Five] | null => {
  if (a['event.name'] === 'api_request')
    return [
      String(a['session.id']),
      [a.input_tokens, a.cache_read_tokens, a.cache_creation_tokens, a.output_tokens, 0].map(number),
    ]
  if (a['gen_ai.operation.name'] === 'chat' && a['gen_ai.usage.input_tokens'] !== undefined) {
    const cached = number(a['gen_ai.usage.cache_read.input_tokens'])
    const input = number(a['gen_ai.usage.input_tokens']) - cached
    return [
      String(a['gen_ai.conversation.id']),
      [input, cached, 0, number(a['gen_ai.usage.output_tokens']), 0],
    ]
  }
  if (a['event.name'] === 'codex.sse_event' && a.input_token_count !== undefined) {
    const [input = 0, cached = 0, output = 0, reasoning = 0] = [
      a.input_token_count,
      a.cached_token_count,
      a.output_token_count,
      a.reasoning_token_count,
    ].map(number)
    return [String(a['conversation.id']), [input - cached, cached, 0, output - reasoning, reasoning]]
  }
  if (a['event.name'] === 'gemini_cli.api_response') {
    const cached = number(a.cached_content_token_count)
    const input = number(a.input_token_count) - cached + number(a.tool_token_count)
    return [
      String(a['session.id']),
      [input, cached, 0, number(a.output_token_count), number(a.thoughts_token_count)],
    ]
  }
  return null
}

const truthIn = (wire: string): Map<string, Five> => {
  const truth = new Map<string, Five>()
  const kind = wire.includes('copilot') ? /otlp-traces-\d+\.json$/ : /otlp-logs-\d+\.json$/
  for (const path of filesBelow(wire).filter((name) => kind.test(name)))
    for (const record of attributesIn(JSON.parse(readFileSync(path, 'utf8')))) {
      const [session, call] = truthOf(record) ?? []
      if (session === undefined || call === undefined) continue
      const sum = truth.get(session) ?? [0, 0, 0, 0, 0]
      truth.set(
        session,
        sum.map((value, index) => value + (call[index] ?? 0)),
      )
    }
  return truth
}

if (samples === undefined) {
  describe('captures of real agents', () => {
    it.skip('WATCHBILL_SAMPLES is not set: no captures were compared', () => undefined)
  })
  console.warn('WATCHBILL_SAMPLES is not set: session files were not compared with captures of real agents')
} else {
  const names = readdirSync(samples).filter((name) => existsSync(join(samples, name, 'home')))

  describe.each(names)('%s', (name) => {
    const sessions = sessionsOf(readHome(join(samples, name, 'home')))
    const truth = truthIn(join(samples, name, 'wire'))

    it('every session of the files used the tokens the wire says', () => {
      expect(sessions.length).toBeGreaterThan(0)
      // On the wire a sub-agent's calls carry its parent's session id.
      const sums = new Map<string, Five>()
      for (const session of sessions) {
        const id = session.parentNativeId ?? session.nativeId
        const sum = sums.get(id) ?? [0, 0, 0, 0, 0]
        sums.set(
          id,
          sum.map((value, index) => value + (fiveOf(session)[index] ?? 0)),
        )
      }
      if (truth.size === 0) return
      for (const [id, sum] of sums) expect([id, sum]).toEqual([id, truth.get(id) ?? [0, 0, 0, 0, 0]])
    })
  })

  it('protobuf and JSON captures of one script agree', () => {
    for (const name of names.filter((one) => one.endsWith('-pb'))) {
      const twin = `${name.slice(0, -3)}-json`
      const totals = (one: string) =>
        sessionsOf(readHome(join(samples, one, 'home'))).map((session) => String(fiveOf(session)))
      expect(totals(name).sort()).toEqual(totals(twin).sort())
    }
  })

  it('all captures in one home are the sum of the captures', () => {
    const together = new Map<string, Map<string, unknown>>()
    for (const name of names) readHome(join(samples, name, 'home'), together)
    const apart = names.flatMap((name) => sessionsOf(readHome(join(samples, name, 'home'))))
    const lines = (all: readonly SessionFacts[]) => all.map((one) => JSON.stringify(one)).sort()
    expect(lines(sessionsOf(together))).toEqual(lines(apart))
  })
}
