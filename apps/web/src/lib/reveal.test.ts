import fc from 'fast-check'
import { expect, test } from 'vitest'
import { plainText, revealText } from './reveal.ts'

const runs = process.env.WATCHBILL_DRILLS === '1' ? 1000 : 100

test('control, bidi and zero-width characters are shown as code points', () => {
  expect(revealText('ok\u202egnp.exe')).toEqual([
    { text: 'ok', hidden: false },
    { text: 'U+202E', hidden: true },
    { text: 'gnp.exe', hidden: false },
  ])
  expect(plainText('a\u0000\u200b\ufeff\n\ud800b')).toBe('a<U+0000><U+200B><U+FEFF><U+000A><U+D800>b')
  expect(plainText('\u{e0041}')).toBe('<U+E0041>')
})

test('ordinary text of any script is left alone', () => {
  for (const text of ['git push', 'naïve 北京 مرحبا עברית', '👩 ok', '']) expect(plainText(text)).toBe(text)
})

test('nothing is lost: the runs spell the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const back = revealText(text)
        .map((run) => (run.hidden ? String.fromCodePoint(Number.parseInt(run.text.slice(2), 16)) : run.text))
        .join('')
      expect(back).toBe(text)
    }),
    { numRuns: runs },
  )
})
