import type { AuditEntry } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import { commitment, formatHeader } from '@watchbill/ledger'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Failure } from '../cli/failure.ts'
import { failureOf, mark } from './complaint.ts'
import { formatCounts } from './count-text.ts'
import { formatEntry } from './entry-line.ts'
import { readEvents, type StreamEvent } from './event-stream.ts'
import { formatVerdict } from './verdict-text.ts'

const uuid = '01a1f848-b543-4e91-8e5e-989cb75f9d5f'
const salt = new Uint8Array(32)

const entryOf = (
  payload: Readonly<Record<string, unknown>>,
  more: Partial<Parameters<typeof formatHeader>[0]> = {},
): AuditEntry => {
  const { commit, members } = commitment.commitPayload(payload, salt)
  const ids = { id: `evt_${uuid}`, producer: `prd_${uuid}`, agent: `agt_${uuid}` }
  const header = formatHeader({
    ...{ v: 1, ws: 'default', ts: Date.UTC(2026, 10, 20, 12), type: 'tool.finished', pseq: 0, commit },
    ...{ ...ids, prev: 'A'.repeat(43), ...more },
  })
  return {
    seq: 7,
    header: new TextDecoder().decode(header),
    receivedAt: '2026-11-20T12:00:01.000Z',
    owner: 'mch_1',
    payload: 'shown',
    members: members.map(({ name, value, key }) => ({ name, value, key })),
    erasedBy: null,
  }
}

describe('formatEntry', () => {
  const said = { tool: 'Bash', request: 'git push', outcome: 'ok', session: `ses_${uuid}`, imported: false }
  const lineOf = (entry: AuditEntry, name: string | null = 'nightly') => formatEntry(entry, () => name)

  it('says when, what was decided, who and what', () => {
    expect(lineOf(entryOf(said))).toBe(
      '2026-11-20 12:00:00Z  · –      nightly           tool.finished Bash git push → ok',
    )
    for (const [decision, words] of [
      ['allow', '✓ allow'],
      ['ask', '? ask'],
      ['deny', '✗ deny'],
    ] as const)
      expect(lineOf(entryOf(said, { decision }))).toContain(`  ${words.padEnd(7)}  nightly`)
  })

  it('never makes up what it does not know', () => {
    expect(lineOf(entryOf(said), null)).toContain('  agt_01a1f848…9d5f  ')
    expect(lineOf({ ...entryOf(said), payload: 'withheld', members: null })).toContain(
      '(withheld by its machine)',
    )
    expect(lineOf({ ...entryOf(said), payload: 'erased', members: null, erasedBy: 9 })).toContain(
      '(erased by entry 9)',
    )
    expect(lineOf({ ...entryOf(said), header: '{}' })).toBe(
      'entry 7 cannot be read: watchbill log fsck names what was changed',
    )
  })

  it('is one line without anything that a terminal obeys, whatever was said', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (request, name) => {
        expect(lineOf(entryOf({ ...said, request, more: [request] }), name)).not.toMatch(
          /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u,
        )
      }),
    )
  })
})

describe('mark', () => {
  it.each([
    ['decision:denid', { from: 9, to: 14 }, ['  decision:denid', '           ^^^^^']],
    ['a:', { from: 2, to: 2 }, ['  a:', '    ^']],
    ['漢字 x:y', { from: 3, to: 4 }, ['  漢字 x:y', '       ^']],
    ['a\u202eb (', { from: 4, to: 5 }, ['  a\\u{202e}b (', '             ^']],
  ])('%j', (query, span, lines) => expect(mark(query, span).split('\n')).toEqual(lines))

  it('cuts a long query around the place, and keeps the carets under it', () => {
    const query = `${'tool:Bash '.repeat(100)}colour:red ${'tool:Bash '.repeat(90)}`
    const [line = '', carets = ''] = mark(query, { from: 1000, to: 1006 }).split('\n')
    expect(line.length).toBeLessThan(160)
    expect(line.slice(carets.indexOf('^'), carets.length)).toBe('colour')
  })
})

describe('failureOf', () => {
  const about = (fault: Fault) => {
    const failure = failureOf(fault, 'decision:denid', 'http://127.0.0.1:4040')
    if (failure instanceof Failure) return failure
    throw new Error('no failure')
  }

  it('tells a wrong query from a refused key and from silence', () => {
    const errors = [{ pointer: 'query.q:9-14', detail: 'no such decision' }]
    const grammar = about(new Fault('invalid_request', 'x', { errors, mend: 'deny?' }))
    expect([grammar.exitCode, grammar.mend]).toEqual([2, 'deny?'])
    expect(grammar.why).toBe('no such decision\n  decision:denid\n           ^^^^^')
    expect(about(new Fault('forbidden', 'lacks audit:read')).mend).toContain('audit:read,log:read')
    expect(about(new Fault('unavailable', 'away')).mend).toContain('/livez')
    expect(about(new Fault('too_costly', 'slow', { mend: 'Narrow it' }))).toMatchObject({ mend: 'Narrow it' })
    expect(about(new Fault('internal', 'a \u001b[31mword')).why).toBe('a \\u{1b}[31mword')
  })
})

describe('readEvents', () => {
  const text =
    'id: 4\nevent: hello\ndata: {"a":1}\n\n: comment\n\nevent: x\ndata: é\ndata: b\n\nid\r\ndata:z\r\n\r\ndata: cut'
  const wanted: StreamEvent[] = [
    { id: '4', event: 'hello', data: '{"a":1}' },
    { id: '4', event: 'x', data: 'é\nb' },
    { id: '', event: 'message', data: 'z' },
  ]

  it('reads the same events wherever the network cuts them', async () => {
    const bytes = new TextEncoder().encode(text)
    const cuts = fc.uniqueArray(fc.integer({ min: 1, max: bytes.length - 1 }), { maxLength: 30 })
    await fc.assert(
      fc.asyncProperty(cuts, async (places) => {
        const ends = [0, ...places.sort((left, right) => left - right), bytes.length]
        const pieces = ends.slice(1).map((end, index) => bytes.slice(ends[index], end))
        const body = new ReadableStream<Uint8Array>({
          start(controller) {
            for (const piece of pieces) controller.enqueue(piece)
            controller.close()
          },
        })
        const events: StreamEvent[] = []
        for await (const event of readEvents(body)) events.push(event)
        expect(events).toEqual(wanted)
      }),
      { numRuns: 200 },
    )
  })
})

it('counts are printed with the names people know', () => {
  const agent = { value: 'agt_1', label: 'nightly\u001b', count: 1200 }
  const text = formatCounts({
    total: { count: 1203, exact: true },
    facets: [
      { field: 'agent', values: [agent, { value: null, label: null, count: 3 }], more: 2 },
      { field: 'tool', values: [], more: 0 },
    ],
    ...{ indexed: 5, size: 7, now: '2026-11-20T12:00:00Z' },
  })
  expect(text.split('\n')).toEqual([
    '1,203 entries answer',
    '(2 newer ones are not searched yet)',
    '',
    'agent:',
    '  1,200  nightly\\u{1b}  agt_1',
    '      3  none',
    '  and 2 more',
  ])
})

it('a verdict has parts, and is never a bare yes', () => {
  const good = {
    ...{ entries: 50, pending: 2, origin: 'x/log/default', size: 1234, seenBefore: null, contradictions: [] },
    signed: { by: 'print', pinned: 'not asked' },
  } as const
  const text = formatVerdict(good)
  for (const part of [
    '48 of 50 entries',
    '2 pending',
    'not pinned by you',
    '1,234 entries',
    'not excluded',
    'It holds.',
  ])
    expect(text).toContain(part)
  expect(formatVerdict({ ...good, entries: 2 })).toContain('Nothing was proven.')
  expect(formatVerdict({ ...good, signed: { by: null, pinned: 'not asked' } })).toContain('DOES NOT HOLD')
  const wrong = formatVerdict({
    ...good,
    seenBefore: { size: 9, extends: false },
    contradictions: [{ place: 'entry 3', kind: 'inclusion', detail: 'it is not there' }],
  })
  expect(wrong).toContain('CONTRADICTED  at entry 3: inclusion: it is not there')
  expect(wrong).toContain('THIS LOG DOES NOT EXTEND IT')
  expect(wrong).toContain('IT DOES NOT HOLD: it is contradicted.')
})
