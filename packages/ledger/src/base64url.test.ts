import fc from 'fast-check'
import { expect, it } from 'vitest'
import { base64url } from './index.ts'

it('writes what Node writes and reads it back', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      const text = base64url.encode(bytes)
      expect(text).toBe(Buffer.from(bytes).toString('base64url'))
      expect(base64url.decode(text)).toEqual(bytes)
    }),
  )
})

it('reads nothing that it would write otherwise', () => {
  const char = fc.constantFrom(...'AQgw09_-zZ+/= \n\u0080\u0141é')
  fc.assert(
    fc.property(fc.array(char, { maxLength: 9 }), (chars) => {
      const text = chars.join('')
      const bytes = base64url.decode(text)
      const wanted = Buffer.from(text, 'base64url')
      if (bytes === null) expect(wanted.toString('base64url')).not.toBe(text)
      else expect([base64url.encode(bytes), [...bytes]]).toEqual([text, [...wanted]])
    }),
    { numRuns: 2000 },
  )
})

it('refuses a character that is none wherever it stands', () => {
  const whole = base64url.encode(new Uint8Array(35).fill(0xa5))
  for (let length = 2; length <= whole.length; length += 1)
    for (const other of ['=', '+', '/', '\u0080', '\u0141', '\ud800', '\0', ' '])
      for (let at = 0; at < length; at += 1)
        expect(base64url.decode(`${whole.slice(0, at)}${other}${whole.slice(at + 1, length)}`)).toBeNull()
})
