import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSseParser, type SseEvent } from './sse.ts'

const runs = process.env.WATCHBILL_DRILLS === '1' ? 1000 : 100

function parse(chunks: readonly string[]): SseEvent[] {
  const events: SseEvent[] = []
  const push = createSseParser((event) => events.push(event))
  for (const chunk of chunks) push(chunk)
  return events
}

test('fields, comments, several data lines and the id that carries over', () => {
  const text = ': ping\n\nid: 7\nevent: change\ndata: a\ndata:  b\n\ndata\n\nevent: reset\n\n'
  expect(parse([text])).toEqual([
    { event: 'change', data: 'a\n b', id: '7' },
    { event: 'message', data: '', id: '7' },
  ])
})

test('CR, LF and CRLF end lines; a BOM is skipped once; an id with NUL is ignored', () => {
  expect(parse(['\ufeffid: 1\r\ndata: x\r\rid: 2\u0000\ndata: y\n\n'])).toEqual([
    { event: 'message', data: 'x', id: '1' },
    { event: 'message', data: 'y', id: '1' },
  ])
})

test('an event cut short is not dispatched', () => {
  expect(parse(['data: half\n'])).toEqual([])
})

test('where the network cuts the text changes nothing', () => {
  const piece = fc.constantFrom(
    'id: 9',
    'event: change',
    'data: {"a":1}',
    ': c',
    'data',
    '\r',
    '\n',
    '\r\n',
    '\n\n',
    'é',
  )
  fc.assert(
    fc.property(
      fc.array(piece, { maxLength: 40 }),
      fc.array(fc.nat(60), { maxLength: 12 }),
      (pieces, cuts) => {
        const text = pieces.join('')
        const at = [...cuts.map((cut) => Math.min(cut, text.length)), 0, text.length].sort((a, b) => a - b)
        const chunks = at.slice(1).map((end, index) => text.slice(at[index], end))
        expect(parse(chunks)).toEqual(parse([text]))
      },
    ),
    { numRuns: runs },
  )
})
