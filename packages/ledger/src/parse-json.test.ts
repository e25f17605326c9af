import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalize, JsonError, type JsonValue, parseJson } from './index.ts'
import { defaultJsonLimits } from './parse-json.ts'

const utf8 = (text: string) => new TextEncoder().encode(text)
const vectors = (folder: string): [string, Uint8Array][] => {
  const url = new URL(`../testdata/${folder}/`, import.meta.url)
  return readdirSync(url).map((name) => [name, new Uint8Array(readFileSync(new URL(name, url)))])
}

const refusal = (bytes: Uint8Array, limits?: Parameters<typeof parseJson>[1]): JsonError => {
  try {
    parseJson(bytes, limits)
  } catch (error) {
    if (error instanceof JsonError) return error
    throw error
  }
  throw new Error('was accepted')
}

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 5000 : 500

describe('parseJson: vectors', () => {
  it.each(vectors('valid'))('reads %s as JSON.parse does', (_, bytes) => {
    const expected = reference(bytes)
    expect(parseJson(bytes)).toStrictEqual(expected)
  })

  it.each(vectors('invalid'))('refuses %s for the fault it is named after', (name, bytes) => {
    expect(refusal(bytes).reason).toBe(name.split('-')[0])
  })
})

describe('parseJson: the place of a fault', () => {
  it.each<[string, string, { line: number; column: number; offset: number; pointer: string }]>([
    ['a value', '{"a":[1,2,{"b/~":1e400}]}', { line: 1, column: 18, offset: 17, pointer: '/a/2/b~1~0' }],
    ['a later line', '{"a":1,\n"é":"\\ud800"}', { line: 2, column: 6, offset: 14, pointer: '/é' }],
    ['code points, not UTF-16 units', '["😀", x]', { line: 1, column: 7, offset: 9, pointer: '/1' }],
    ['a duplicate', '{"x":{"k":1,\n\n  "k":2}}', { line: 3, column: 3, offset: 16, pointer: '/x/k' }],
    ['the end', '[1,', { line: 1, column: 4, offset: 3, pointer: '/1' }],
  ])('is named: %s', (_, text, place) => {
    expect(refusal(utf8(text))).toMatchObject(place)
  })

  it('is the first bad byte, even after 8 MiB', () => {
    const bytes = utf8(`"${'é'.repeat(4 * 1024 * 1024)}\n`)
    bytes[bytes.length - 1] = 0xff
    expect(refusal(bytes)).toMatchObject({ reason: 'utf8', offset: bytes.length - 1, line: 1 })
  })

  it('never carries the offending character itself into the message', () => {
    expect(refusal(utf8('[\u202e]')).message).toContain('U+202E')
    expect(refusal(utf8('\u0007')).message).toContain('U+0007')
  })
})

describe('parseJson: strings with escapes', () => {
  const piece = fc.constantFrom(
    ...[
      '\\"',
      '\\\\',
      '\\/',
      '\\n',
      '\\u0041',
      '\\ud83d\\ude00',
      '\\ud800',
      '\\udc00',
      '\\x',
      '\\',
      '"',
      '\n',
      '\u2028',
      'é',
      'a',
    ],
  )

  it('are read, or refused, as JSON.parse does, except that half a pair is refused', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        const text = `["${pieces.join('')}",1]`
        const wanted = wholeText(text)
        if (wanted === null) expect(() => parseJson(utf8(text))).toThrow(JsonError)
        else expect(parseJson(utf8(text))).toStrictEqual(wanted)
      }),
      { numRuns: numRuns * 4 },
    )
  })

  const wholeText = (text: string): unknown => {
    try {
      const value: unknown = JSON.parse(text)
      return /[\ud800-\udfff]/u.test(String(value)) ? null : value
    } catch {
      return null
    }
  }
})

describe('parseJson: limits', () => {
  it('are the caller’s to set', () => {
    expect(refusal(utf8('[[1]]'), { maxDepth: 1 })).toMatchObject({ reason: 'depth', pointer: '/0' })
    expect(refusal(utf8('{"a":1,"b":2}'), { maxKeys: 1 }).reason).toBe('keys')
    expect(refusal(utf8('[1,2,3]'), { maxValues: 3 })).toMatchObject({ reason: 'values', pointer: '/2' })
    expect(parseJson(utf8('[1,2,3]'), { maxValues: 4 })).toEqual([1, 2, 3])
    expect(() => parseJson(utf8('1'), { maxDepth: 501 })).toThrow(RangeError)
  })

  it('hold for a body of the largest size the API takes', () => {
    expect(refusal(utf8(`[${'0,'.repeat(4_000_000)}0]`)).reason).toBe('values')
  })
})

describe('parseJson: what comes out', () => {
  it('is plain: own keys only, whatever they are called', () => {
    const value = parseJson(utf8('{"constructor":1,"toString":{"valueOf":2}}'))
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype)
    expect(Object.keys(value ?? {})).toEqual(['constructor', 'toString'])
    expect({}.toString).toBe(Object.prototype.toString)
  })

  it('equals JSON.parse for whatever JSON.stringify writes', () => {
    fc.assert(
      fc.property(safeJson, fc.integer({ min: 0, max: 2 }), (value, indent) => {
        expect(parseJson(utf8(JSON.stringify(value, null, indent)))).toStrictEqual(value)
      }),
      { numRuns, verbose: 1 },
    )
  })

  it('is a JsonError or a value JSON.parse agrees with, for any bytes', () => {
    const near = fc.string({ unit: fc.constantFrom(...'[]{},:"\\u0019.eE+-truefalsn \n\ud83d😀') })
    fc.assert(
      fc.property(fc.oneof(near.map(utf8), fc.uint8Array()), (bytes) => {
        const ours = outcome(() => parseJson(bytes))
        if (ours instanceof Error) expect(ours).toBeInstanceOf(JsonError)
        else expect(reference(bytes)).toStrictEqual(ours)
      }),
      { numRuns: numRuns * 4, verbose: 1 },
    )
  })

  it('refuses every number that would print as another', () => {
    const digits = fc.stringMatching(/^-?(0|[1-9][0-9]{0,24})(\.[0-9]{1,24})?(e[+-]?[0-9]{1,3})?$/)
    fc.assert(
      fc.property(digits, (text) => {
        const value = outcome(() => parseJson(utf8(text)))
        if (value instanceof JsonError) expect(exact(text) && Math.abs(Number(text)) < 2 ** 53).toBe(false)
        else expect(exact(text)).toBe(true)
      }),
      { numRuns: numRuns * 4, verbose: 1 },
    )
  })

  it('keeps default limits as documented', () => {
    expect(defaultJsonLimits).toEqual({ maxDepth: 64, maxKeys: 1024, maxValues: 1_000_000 })
  })
})

/** JSON.parse, but for the sign of -0, which no canonical form has. */
const reference = (bytes: Uint8Array): unknown =>
  JSON.parse(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes), (_, value) =>
    Object.is(value, -0) ? 0 : value,
  )

const outcome = (work: () => JsonValue): JsonValue | Error => {
  try {
    return work()
  } catch (error) {
    return error instanceof Error ? error : new Error('not an Error')
  }
}

/** Independent of the parser: compares as exact fractions of BigInts. */
const exact = (text: string): boolean => {
  const value = Number(text)
  if (!Number.isFinite(value)) return false
  const [a, b] = [fraction(text), fraction(String(value))]
  return (
    a.digits * 10n ** BigInt(Math.max(0, a.scale - b.scale)) ===
    b.digits * 10n ** BigInt(Math.max(0, b.scale - a.scale))
  )
}
const fraction = (text: string): { digits: bigint; scale: number } => {
  const [mantissa = '', exponent = '0'] = text.split('e')
  const [whole = '', rest = ''] = mantissa.split('.')
  return { digits: BigInt(whole.replace('-', '') + rest), scale: Number(exponent) - rest.length }
}

const safeNumber = fc
  .oneof(fc.maxSafeInteger(), fc.double({ noNaN: true, noDefaultInfinity: true }))
  .map((value) => (Number.isInteger(value) && !Number.isSafeInteger(value) ? 0 : value + 0))
const { safeJson } = fc.letrec<{ safeJson: JsonValue }>((tie) => ({
  safeJson: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    fc.constant(null),
    fc.boolean(),
    safeNumber,
    fc.string({ unit: 'binary' }),
    fc.array(tie('safeJson'), { maxLength: 6 }),
    fc.dictionary(
      fc.string({ unit: 'binary' }).filter((key) => key !== '__proto__'),
      tie('safeJson'),
      { maxKeys: 6, noNullPrototype: true },
    ),
  ),
}))

describe('parse and canonicalize together', () => {
  it('parse(canonicalize(x)) is x, and canonicalizing again changes no byte', () => {
    fc.assert(
      fc.property(safeJson, (value) => {
        const bytes = canonicalize(value)
        const back = parseJson(bytes)
        expect(back).toStrictEqual(value)
        expect(canonicalize(back)).toEqual(bytes)
      }),
      { numRuns, verbose: 1 },
    )
  })
})
