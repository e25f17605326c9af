import { controlSchemas } from '@watchbill/contract/control-events'
import { producedSchemas } from '@watchbill/contract/entry-types'
import { describe, expect, test } from 'vitest'
import { buildShareChecker } from '../../share-checker.mjs'
import { entryRow } from './document/entry-row.ts'
import { escapeEvidence, unescapeEvidence } from './document/evidence-text.ts'
import { formatHtml } from './document/html.ts'
import { plainText, reveal } from './document/reveal.ts'
import { sentenceOf, sentences } from './document/sentences.ts'
import { h, type VNode } from './document/vnode.ts'

const hostile = [
  '</script><script>alert(1)</script>',
  '<!--',
  '-->',
  ']]>',
  '<img src=x onerror=alert(1)>',
  '"><svg onload=alert(1)>',
  "' autofocus onfocus=alert(1) x='",
  '&lt;script&gt;&#60;script&#62;',
  'javascript:alert(1)',
  '</style><style>*{display:none}</style>',
  '</title></textarea></noscript>',
  '\u2028\u2029\u202e\u0000\r\n\u001b[31m\ufeff\u200b',
  '{{constructor.constructor("alert(1)")()}}',
  '\ud800',
]

/** What an HTML parser would find in it: tags outside of what was escaped. */
const tagsIn = (html: string) => [...html.matchAll(/<(\/?[a-zA-Z!][^\s>]*)/g)].map(([, tag]) => tag)

describe('what others wrote stays text', () => {
  test.each(hostile)('%j in a text and in an attribute', (text) => {
    const html = formatHtml(h('p', { title: text }, text, h('b', { class: text }, text)))
    expect(tagsIn(html)).toEqual(['p', 'b', '/b', '/p'])
    expect(html).not.toMatch(/[\r\0]/)
    const [, title = ''] = /^<p title="([^"]*)">/.exec(html) ?? []
    const parsed = title.replace(/&(amp|lt|gt|quot|#39|#13);/g, (_all, name) => entity[name] ?? '')
    expect(parsed).toBe(text.replaceAll('\0', '\ufffd'))
  })

  test.each(hostile)('%j in every place of an entry', (text) => {
    const said = {
      session: text,
      tool: text,
      request: text,
      [text]: text,
      by: text,
      list: [text],
      deep: { [text]: text },
    }
    const members = Object.entries(said).map(([name, value]) => ({ name, value, key: 'k' }))
    const header =
      '{"agent":null,"commit":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","id":"evt_01a1f8d3-ede8-7a8f-be38-fe3cb7bc4cb8",' +
      '"prev":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA","producer":"prd_01a1f8d3-ede8-7a8f-be38-fe3cb7bc4cb8","pseq":0,' +
      '"ts":0,"type":"tool.refused","v":1,"ws":"default"}'
    const entry = { seq: 1, leaf: 'leaf', payload: 'shown', members, erasedBy: null } as const
    for (const one of [header, text]) {
      const html = formatHtml(
        entryRow({ ...entry, header: one }, { kind: 'contradicted', details: ['it was changed'] }),
      )
      const ours = /^\/?(li|details|summary|span|time|code|bdi|dl|dt|dd|p)$/
      expect(tagsIn(html).filter((tag) => !ours.test(tag ?? ''))).toEqual([])
      expect(html).not.toMatch(/<[^>]* (on|src|href)|[\u2028\u202e\u200b\ufeff]/)
      for (const control of ['\u001b', '\r', '\0']) expect(html).not.toContain(control)
    }
  })
})

const entity: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'", '#13': '\r' }
const textOf = (node: VNode): string => (typeof node === 'string' ? node : node.children.map(textOf).join(''))

test('nothing is left unseen, and a line break still breaks the line', () => {
  expect(reveal('a\u202eb').map(textOf)).toEqual(['a', 'U+202E', 'b'])
  expect(reveal('a\nb').map(textOf)).toEqual(['a', 'U+000A', '\n', 'b'])
  expect(plainText('rm\u200b -rf\u{e0041}')).toBe('rm<U+200B> -rf<U+E0041>')
  expect(reveal('plain 文字 🙂').map(textOf)).toEqual(['plain 文字 🙂'])
})

describe('evidence in a page', () => {
  test.each([...hostile, '\\u003c', '\\\\u003c', '\\', '<\\<', '\\u003C'])(
    '%j comes back as it was',
    (text) => {
      const json = JSON.stringify({ text })
      expect(escapeEvidence(json)).not.toContain('<')
      expect(unescapeEvidence(escapeEvidence(json))).toBe(json)
      expect(JSON.parse(escapeEvidence(json))).toEqual({ text })
    },
  )
})

describe('sentences', () => {
  test('every published type has one', () => {
    expect([...sentences.keys()].sort()).toEqual(
      [...Object.keys(producedSchemas), ...Object.keys(controlSchemas)].sort(),
    )
  })

  test.each<[string, Record<string, unknown>, string]>([
    ['tool.called', { tool: 'Bash', request: 'git push' }, 'Called: Bash git push'],
    ['tool.called', {}, 'Called'],
    ['tool.finished', { tool: 'Bash', outcome: 'error', durationMs: 1500 }, 'Failed: Bash, after 1.5 s'],
    ['tool.finished', { outcome: 'constructor', durationMs: 3 }, 'Ended, outcome unknown, after 3 ms'],
    ['tool.refused', { tool: 'Bash', by: 'unknown' }, 'Refused: Bash'],
    ['payload.erased', { seqs: [3, 5], reason: 'asked' }, 'Erased what was said in 3, 5: asked'],
    ['view.saved', { view: 'x'.repeat(200) }, `Query saved: ${'x'.repeat(160)}…`],
    ['some.other', {}, 'some.other'],
    ['tool.called', { tool: '{=type}' }, 'Called: {=type}'],
  ])('%s %j', (type, said, sentence) => {
    expect(
      sentenceOf(type, new Map(Object.entries(said)), undefined)
        .map(textOf)
        .join(''),
    ).toBe(sentence)
  })
})

test('the program is at most 40 kB, the same each time, and fit to stand in a page', async () => {
  const [first, second] = [await buildShareChecker(), await buildShareChecker()]
  expect(second.text).toBe(first.text)
  console.info(`share checker: ${Buffer.byteLength(first.text)} bytes`)
  expect(Buffer.byteLength(first.text)).toBeLessThanOrEqual(40_000)
  expect(first.text).not.toMatch(
    /innerHTML|eval\(|new Function|document\.write|fetch\(|XMLHttpRequest|import\(/,
  )
})
