import fc from 'fast-check'
import { expect, it } from 'vitest'
import { drillCount } from '../testing/folder.ts'
import { markdownTurn } from './markdown.ts'
import { visible, visibleJson } from './visible.ts'

/** Lines outside of all fences, by CommonMark's rule; everything foreign must be inside. */
const outside = (markdown: string): string[] => {
  const open: string[] = []
  let fence = ''
  for (const line of markdown.split('\n')) {
    const run = /^(`{3,})([^`]*)$/.exec(line)
    if (fence === '' && run !== null) fence = run[1] ?? ''
    else if (fence !== '' && new RegExp(`^ {0,3}\`{${fence.length},}\\s*$`).test(line)) fence = ''
    else if (fence === '') open.push(line)
  }
  return fence === '' ? open : ['unclosed fence']
}

it('lets no foreign text out of its fences and hides nothing in them', () => {
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(
          '```',
          '~~~',
          '``````````',
          '\n',
          '<script>',
          '![x](http://a)',
          '\u202e',
          '\u001b[31m',
          '\0',
          '\r',
          '\u2028',
          '# h',
        ),
        fc.string({ unit: 'binary', maxLength: 5 }),
      ),
      { maxLength: 12 },
    )
    .map((parts) => parts.join(''))
  fc.assert(
    fc.property(hostile, hostile, (text, name) => {
      const markdown = markdownTurn({
        role: 'assistant',
        at: name,
        agent: name,
        pieces: [
          { kind: 'text', text },
          { kind: 'call', call: name, tool: name, input: { [name]: text } },
          { kind: 'result', call: name, text, outcome: 'ok' },
        ],
      })
      expect(visible(markdown)).toBe(markdown)
      const free = outside(markdown).filter((line) => line !== '')
      expect(free).toHaveLength(3)
      expect(free.map((line) => line.replace(/(`+)(?!`).*?[^`]\1(?!`)/g, '·'))).toEqual([
        '## Assistant of sub-agent · · ·',
        'Calls · (·):',
        'Result (·), ok:',
      ])
    }),
    { numRuns: drillCount(200, 2000) },
  )
})

it('writes out every character that would not be seen, and only those', () => {
  expect(visible('a\tb\r\nc\u001b[31m\u0000\u202e\u200b\u{e0041}\ud800é😀')).toBe(
    'a\tb\nc\\u{1b}[31m\\u{0}\\u{202e}\\u{200b}\\u{e0041}\ufffdé😀',
  )
  const text = 'x\u202e\u{e0041}\u0085'
  expect(visibleJson(JSON.stringify(text))).toMatch(/^[ -~]+$/)
  expect(JSON.parse(visibleJson(JSON.stringify(text)))).toBe(text)
})
