import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CanonicalError } from './canonical.ts'
import { canonicalize } from './index.ts'

const text = (value: unknown) => new TextDecoder().decode(canonicalize(value))
const refusal = (value: unknown): CanonicalError => {
  try {
    canonicalize(value)
  } catch (error) {
    if (error instanceof CanonicalError) return error
    throw error
  }
  throw new Error('was accepted')
}

describe('canonicalize (RFC 8785)', () => {
  it('writes the example of §3.2.2', () => {
    const value = {
      numbers: [333333333.3333333, 4.5, 2e-3, 1e-27],
      string: '\u20ac$\u000f\u000aA\'\u0042\u0022\u005c\\"/',
      literals: [null, true, false],
    }
    expect(text(value)).toBe(
      '{"literals":[null,true,false],"numbers":[333333333.3333333,4.5,0.002,1e-27],' +
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}',
    )
  })

  it('sorts keys by UTF-16 code units (§3.2.3)', () => {
    const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '😀': 5, '\u0080': 6, '\u00f6': 7 }
    expect(text(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"ö":7,"€":1,"😀":5,"\ufb33":3}')
  })

  it.each<[number, string]>([
    [0, '0'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [-5e-324, '-5e-324'],
    [9007199254740991, '9007199254740991'],
    [1e-7, '1e-7'],
    [0.000001, '0.000001'],
    [333333333.3333332, '333333333.3333332'],
  ])('prints %d as %s', (value, expected) => {
    expect(text(value)).toBe(expected)
  })

  it.each<[string, unknown, string]>([
    ['NaN', { a: Number.NaN }, '/a'],
    ['infinity', [Number.POSITIVE_INFINITY], '/0'],
    ['an unsafe integer', [2 ** 53], '/0'],
    ['undefined', { a: { b: undefined } }, '/a/b'],
    ['a hole', new Array(1), '/0'],
    ['a function', [() => 1], '/0'],
    ['a bigint', 1n, ''],
    ['a symbol', Symbol('a'), ''],
    ['a symbol key', { x: { [Symbol('a')]: 1 } }, '/x'],
    ['a date', { at: new Date(0) }, '/at'],
    ['a map', new Map(), ''],
    ['bytes', [new Uint8Array(1)], '/0'],
    ['a lone high surrogate', ['\ud800'], '/0'],
    ['a lone low surrogate', ['x\udc00y'], '/0'],
    ['a reversed pair', ['\udc00\ud800'], '/0'],
    ['a surrogate in a key', { '\ud800': 1 }, '/\ud800'],
    ['__proto__', JSON.parse('{"a/b":{"__proto__":1}}'), '/a~1b/__proto__'],
  ])('refuses %s and names the place', (_, value, pointer) => {
    expect(refusal(value).pointer).toBe(pointer)
  })

  it('takes objects without a prototype', () => {
    expect(text(Object.assign(Object.create(null), { b: 1, a: 2 }))).toBe('{"a":2,"b":1}')
  })

  it('refuses a cycle instead of overflowing the stack', () => {
    const loop: unknown[] = []
    loop.push(loop)
    expect(refusal(loop).message).toContain('500')
  })

  it('is JSON.stringify with sorted keys, for flat objects of well-formed text', () => {
    const flat = fc.dictionary(
      fc.string().filter((key) => key !== '__proto__'),
      fc.oneof(fc.string({ unit: 'binary' }), fc.maxSafeInteger(), fc.boolean()),
    )
    fc.assert(
      fc.property(flat, (value) => {
        const keys = Object.keys(value).sort()
        const parts = keys.map((key) => `${JSON.stringify(key)}:${JSON.stringify(value[key])}`)
        expect(text(value)).toBe(`{${parts.join(',')}}`)
      }),
      { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 5000 : 500, verbose: 1 },
    )
  })
})
