import { hash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { afterEach, describe, expect, it } from 'vitest'
import { base64url } from '../base64url.ts'
import { merkle } from '../index.ts'
import { sha256 as portable } from '../sha256.ts'
import { readReader } from '../testing/reader-text.ts'
import { createShareLog, shareOf } from '../testing/share-log.ts'
import {
  type Disclosure,
  formatDisclosure,
  formatPin,
  parseDisclosure,
  parsePin,
  verifyDisclosure,
} from './index.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

afterEach(() => merkle.useSha256(portable))

const readVector = (
  name: string,
): { text: string; reader: Parameters<typeof readReader>[0]; pin: string; verdict: object } =>
  JSON.parse(
    readFileSync(new URL(`../../testdata/evidence/valid/disclosure-${name}.json`, import.meta.url), 'utf8'),
  )

const decode = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

describe('a changed document', () => {
  /** Members that are the sharer's own words, or an offer: no proof covers them, and the page says so. */
  const unproven = ['title', 'query', 'share', 'createdAt', 'expiresAt', 'keys', 'redacted', 'kind']
  /** Which entry erased another is the operator's word as well; that one did is not. */
  const proven = ({ entries, ...disclosure }: Disclosure) =>
    JSON.stringify({
      ...disclosure,
      ...Object.fromEntries(unproven.map((name) => [name, null])),
      entries: entries.map(({ erasedBy, ...entry }) => [entry, erasedBy === null]),
    })

  it('is refused at every byte that says something of the log', { timeout: 600_000 }, async () => {
    merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
    const { text, reader: texts, pin: fragment } = readVector('newest-pinned')
    const reader = readReader(texts)
    const pin = parsePin(fragment)
    const whole = parseDisclosure(text) ?? expect.fail()
    const bytes = new TextEncoder().encode(text)
    const counts = { unread: 0, refused: 0, unproven: 0 }
    console.info(`disclosure: SEED=${seed}`)
    for (let at = drills ? 0 : seed % 10; at < bytes.length; at += drills ? 1 : 10)
      for (const flip of drills ? [1, 2, 4, 8, 16, 32, 64, 128, 255] : [1 << ((seed + at) & 7)]) {
        const changed = decode(bytes.map((byte, index) => (index === at ? byte ^ flip : byte)))
        const read = changed === null ? null : parseDisclosure(changed)
        if (read === null) counts.unread += 1
        else if (proven(read) === proven(whole)) counts.unproven += 1
        else {
          const verdict = await verifyDisclosure(read, reader, pin, null)
          const clean = verdict.consistent === 'yes' && verdict.signed.pinned === 'yes'
          if (clean) expect.fail(`byte ${at} ^ ${flip} was not noticed`)
          counts.refused += 1
        }
      }
    expect(counts.unread + counts.refused).toBeGreaterThan(counts.unproven * 5)
  })

  it('may hide no other name than before, nor show one it hides', async () => {
    const log = await createShareLog(20)
    const share = shareOf(log, [1, 5, 9])
    const read = async (more: Partial<Disclosure>) =>
      (await verifyDisclosure({ ...share, ...more }, log.reader, null, null)).contradictions.map(
        ({ kind }) => kind,
      )
    expect(await read({})).toEqual([])
    expect(await read({ redacted: ['tool'] })).toEqual(['redaction', 'redaction', 'redaction'])
  })
})

const nested = (levels: number): unknown => (levels === 0 ? 1 : [nested(levels - 1)])
const withValue = (share: Disclosure, value: unknown): Disclosure => {
  const members = [{ name: 'a', value, key: 'A'.repeat(43) }]
  return { ...share, entries: share.entries.map((entry) => ({ ...entry, members })) }
}

describe('what makes no document', () => {
  it.each<[string, (share: Disclosure) => unknown]>([
    ['an unknown member', (share) => ({ ...share, more: 1 })],
    ['a missing one', ({ title: _, ...share }) => share],
    ['half a surrogate pair', (share) => ({ ...share, title: '\ud800' })],
    ['undefined', (share) => ({ ...share, title: undefined })],
    ['a class instance', (share) => ({ ...share, range: new Date(0) })],
    ['places that do not ascend', (share) => ({ ...share, entries: share.entries.toReversed() })],
    ['a range for a selection', (share) => ({ ...share, range: { from: 0, to: 1 } })],
    ['another spelling of a time', (share) => ({ ...share, createdAt: '2026-10-01' })],
    ['a value that nests too deep', (share) => withValue(share, nested(65))],
    ['a value that is none', (share) => withValue(share, Number.NaN)],
    ['nothing', () => null],
  ])('%s is a RangeError to write and null to read', async (_, change) => {
    const share = shareOf(await createShareLog(3), [0, 2])
    // What a caller hands over need not be what its type says.
    const changed = change(share) as Disclosure
    expect(() => formatDisclosure(changed)).toThrow(RangeError)
    expect(parseDisclosure(JSON.stringify(changed) ?? '')).toBeNull()
    expect(parseDisclosure(formatDisclosure(share))).toEqual(share)
  })

  it('is not read where a value names a prototype, or says a member twice', async () => {
    const text = formatDisclosure(withValue(shareOf(await createShareLog(3), [0, 2]), { a: 1 }))
    expect(parseDisclosure(text)).not.toBeNull()
    for (const value of ['{"__proto__":1}', '{"a":1,"a":1}', '{"a":1.0}', '{"b":1,"a":1}', '{"a":"\\ud800"}'])
      expect(parseDisclosure(text.replaceAll('{"a":1}', value))).toBeNull()
  })

  it('takes values as deep as JSON is read by itself', async () => {
    const share = withValue(shareOf(await createShareLog(3), [0, 2]), nested(64))
    expect(parseDisclosure(formatDisclosure(share))).toEqual(share)
  })

  it('holds 5,000 entries and not one more, at its full size', { timeout: 120_000 }, async () => {
    merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
    const log = await createShareLog(6000)
    const seqs = Array.from({ length: 5001 }, (_, seq) => seq)
    const share = shareOf(log, seqs.slice(1))
    const started = performance.now()
    const text = formatDisclosure(share)
    const written = performance.now()
    const read = parseDisclosure(text) ?? expect.fail()
    const parsed = performance.now()
    const verdict = await verifyDisclosure(read, log.reader, null, null)
    const ms = [written - started, parsed - written, performance.now() - parsed].map((one) => one.toFixed(0))
    console.info(`5,000 entries, ${text.length} characters: written, read, verified in ${ms.join(', ')} ms`)
    expect([verdict.consistent, verdict.contradictions]).toEqual(['yes', []])
    expect(verdict.entries.every(({ state }) => state === 'proven')).toBe(true)
    const more = shareOf(log, seqs)
    expect(() => formatDisclosure(more)).toThrow(RangeError)
  })

  it('is no crash either, whatever a caller made up', async () => {
    const log = await createShareLog(9)
    const share = shareOf(log, [1, 4])
    const [first] = share.entries
    const odd: Partial<Disclosure>[] = [
      { proof: ['x'] },
      { entries: first === undefined ? [] : [{ ...first, leaf: 'x' }] },
      { entries: first === undefined ? [] : [{ ...first, header: '\ud800' }] },
      { newest: { checkpoint: share.checkpoint, hashes: ['x'] } },
      { kind: 'range', range: { from: Number.NaN, to: 0.5 } },
    ]
    for (const change of odd) {
      const verdict = await verifyDisclosure({ ...share, ...change }, log.reader, null, {
        size: 3,
        root: 'x',
      })
      expect([verdict.consistent, verdict.history]).toEqual(['no', 'unknown'])
    }
    const pin = { vkeyHash: 'x', size: Number.NaN, root: '' }
    expect((await verifyDisclosure(share, log.reader, pin, null)).pin).toBe('contradicts')
  })
})

describe('the pin of a link', () => {
  const pin = { vkeyHash: 'A'.repeat(43), size: 12, root: `${'_'.repeat(42)}8` }
  it('is read as it is written, with its # or without', () => {
    const text = formatPin(pin)
    expect(text).toBe(`#1.${'A'.repeat(43)}.12.${'_'.repeat(42)}8`)
    expect([parsePin(text), parsePin(text.slice(1))]).toEqual([pin, pin])
    expect(parsePin(formatPin({ ...pin, size: Number.MAX_SAFE_INTEGER }))?.size).toBe(Number.MAX_SAFE_INTEGER)
  })

  it.each([
    '',
    '#',
    '##1.A.1.A',
    ` ${formatPin(pin)}`,
    `${formatPin(pin)}\n`,
    formatPin(pin).replace('#1', '#2'),
    formatPin(pin).replace('.12.', '.012.'),
    formatPin(pin).replace('.12.', '.-1.'),
    formatPin(pin).replace('.12.', '..'),
    formatPin(pin).replace('.12.', '.9007199254740992.'),
    formatPin(pin).replace(/8$/, '9'),
    formatPin(pin).replace(/A/, '+'),
    `${formatPin(pin)}.1`,
  ])('%s is none', (text) => {
    expect(parsePin(text)).toBeNull()
  })

  it('of no form is a RangeError to write', () => {
    for (const size of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(() => formatPin({ ...pin, size })).toThrow(RangeError)
    expect(() => formatPin({ ...pin, root: base64url.encode(new Uint8Array(31)) })).toThrow(RangeError)
  })
})
