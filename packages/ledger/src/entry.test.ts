import { readdirSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { scanHeader } from './header-scan.ts'
import { base64url, EntryError, type EntryHeader, formatHeader, merkle, parseHeader } from './index.ts'

const folder = (name: string) => new URL(`../testdata/entry/${name}`, import.meta.url)
const vectors = (name: string): [string, Uint8Array][] =>
  readdirSync(folder(name)).map((file) => [
    file.replace('.json', ''),
    new Uint8Array(readFileSync(new URL(file, folder(`${name}/`)))),
  ])
/** Made with an implementation of its own, in another language. */
const leaves: Record<string, string> = JSON.parse(readFileSync(folder('leaves.json'), 'utf8'))

const refusal = (work: () => unknown): EntryError => {
  try {
    work()
  } catch (error) {
    if (error instanceof EntryError) return error
    throw error
  }
  throw new Error('was accepted')
}
const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 5000 : 500

describe('header vectors', () => {
  it.each(vectors('valid'))('%s is read, written back byte for byte, and hashed', (name, bytes) => {
    expect(formatHeader(parseHeader(bytes))).toEqual(bytes)
    expect(base64url.encode(merkle.leafHash(bytes))).toBe(leaves[name])
  })

  it('has a leaf for every valid header', () => {
    expect(
      vectors('valid')
        .map(([name]) => name)
        .sort(),
    ).toEqual(Object.keys(leaves).sort())
  })

  it.each(vectors('invalid'))('%s is refused for the fault it is named after', (name, bytes) => {
    expect(refusal(() => parseHeader(bytes)).reason).toBe(name.split('-')[0])
  })

  it('a header of just under 64 KiB is refused for what is in it, not for its size', () => {
    const bytes = new Uint8Array(65_535).fill(0x20)
    expect(refusal(() => parseHeader(bytes)).reason).toBe('json')
  })
})

const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`))
const idOf = (prefix: string) =>
  fc.tuple(hex(8), hex(4), hex(4), hex(4), hex(12)).map((parts) => `${prefix}_${parts.join('-')}`)
const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 })
const hash = bytes32.filter((bytes) => bytes.some((byte) => byte !== 0)).map(base64url.encode)
const noHash = base64url.encode(new Uint8Array(32))

const header: fc.Arbitrary<EntryHeader> = fc
  .record(
    {
      v: fc.integer({ min: 1, max: 65_535 }),
      ws: fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/),
      id: idOf('evt'),
      ts: fc.integer({ min: 0, max: 8_640_000_000_000_000 }),
      producer: idOf('prd'),
      pseq: fc.oneof(fc.constant(0), fc.maxSafeNat()),
      prev: hash,
      type: fc.stringMatching(/^[a-z]{1,20}(\.[a-z]{1,20}){1,2}$/),
      agent: fc.option(idOf('agt')),
      decision: fc.constantFrom('allow' as const, 'ask' as const, 'deny' as const),
      policy: hash,
      commit: bytes32.map(base64url.encode),
    },
    { requiredKeys: ['v', 'ws', 'id', 'ts', 'producer', 'pseq', 'prev', 'type', 'agent', 'commit'] },
  )
  .map((one) => (one.pseq === 0 ? { ...one, prev: noHash } : one))

describe('the short way to read a header', () => {
  it('reads as the long way does, and refuses what that refuses', () => {
    for (const [, bytes] of vectors('valid')) {
      const spaced = JSON.parse(new TextDecoder().decode(bytes))
      expect([null, spaced]).toContainEqual(scanHeader(bytes))
    }
    for (const [, bytes] of vectors('invalid')) expect(scanHeader(bytes)).toBeNull()
  })

  it('knows every ordinary header', () => {
    fc.assert(
      fc.property(header, (one) => {
        const ordinary = { ...one, v: 1 + (one.v % 9999), ts: one.ts % 1e15, pseq: one.pseq % 1e15 }
        const prev = ordinary.pseq === 0 ? noHash : one.prev === noHash ? one.commit : one.prev
        fc.pre((prev === noHash) === (ordinary.pseq === 0))
        expect(scanHeader(formatHeader({ ...ordinary, prev }))).toEqual({ ...ordinary, prev })
      }),
      { numRuns, verbose: 1 },
    )
  })
})

describe('header properties', () => {
  it('parse(format(h)) is h', () => {
    fc.assert(
      fc.property(header, (one) => {
        expect(parseHeader(formatHeader(one))).toEqual(one)
      }),
      { numRuns, verbose: 1 },
    )
  })

  it('no other bytes are that header: every flipped bit is refused or another header with another leaf', () => {
    fc.assert(
      fc.property(header, fc.nat(), fc.integer({ min: 0, max: 7 }), (one, at, bit) => {
        const bytes = formatHeader(one)
        const flipped = bytes.map((byte, index) => (index === at % bytes.length ? byte ^ (1 << bit) : byte))
        expect(merkle.leafHash(flipped)).not.toEqual(merkle.leafHash(bytes))
        const read = tryParse(flipped)
        if (read === null) return
        expect(read).not.toEqual(one)
        expect(formatHeader(read)).toEqual(flipped)
      }),
      { numRuns, verbose: 1 },
    )
  })

  it('anything at all is read or refused by an EntryError, never by another exception', () => {
    const junk = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      fc.json().map((text) => new TextEncoder().encode(text)),
    )
    fc.assert(
      fc.property(junk, (bytes) => {
        expect(tryParse(bytes)).toBeNull()
      }),
      { numRuns, verbose: 1 },
    )
  })

  it('formatHeader refuses what parseHeader would', () => {
    fc.assert(
      fc.property(
        header,
        fc.constantFrom('v', 'ws', 'id', 'producer', 'prev', 'type', 'commit'),
        (one, name) => {
          expect(refusal(() => formatHeader({ ...one, [name]: '' })).pointer).toBe(`/${name}`)
        },
      ),
      { numRuns: numRuns / 10, verbose: 1 },
    )
  })

  it('names an unknown member by its pointer, odd names included', () => {
    const bytes = new TextEncoder().encode('{"a/~b":1}')
    expect(refusal(() => parseHeader(bytes))).toMatchObject({ reason: 'unknown', pointer: '/a~1~0b' })
  })
})

const tryParse = (bytes: Uint8Array): EntryHeader | null => {
  try {
    return parseHeader(bytes)
  } catch (error) {
    expect(error).toBeInstanceOf(EntryError)
    return null
  }
}

describe('base64url', () => {
  it('decode(encode(x)) is x, and nothing else decodes to x', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.string({ maxLength: 8 }), (bytes, other) => {
        const text = base64url.encode(bytes)
        expect(base64url.decode(text)).toEqual(bytes)
        const back = base64url.decode(other)
        if (back !== null) expect(base64url.encode(back)).toBe(other)
      }),
      { numRuns, verbose: 1 },
    )
  })

  it.each(['A', 'AA==', 'AB', 'AAB', '+/', 'A A', 'AAAAA', 'é'])('refuses %s', (text) => {
    expect(base64url.decode(text)).toBeNull()
  })
})
