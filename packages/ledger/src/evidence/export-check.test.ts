import { hash } from 'node:crypto'
import fc from 'fast-check'
import { afterEach, describe, expect, it } from 'vitest'
import { merkle } from '../index.ts'
import { sha256 as portable } from '../sha256.ts'
import { createShareLog, exportOf, type ShareLog } from '../testing/share-log.ts'
import {
  buffersOf,
  createExportCheck,
  type ExportVerdict,
  judgeExportLine,
  packJudged,
  unpackJudged,
} from './index.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

afterEach(() => merkle.useSha256(portable))

const judge = async (lines: Iterable<string>, { reader }: ShareLog): Promise<ExportVerdict> => {
  const check = createExportCheck()
  for (const line of lines) check.line(line)
  return check.end(reader)
}
const upTo = (size: number) => Array.from({ length: size }, (_, seq) => seq)

describe('a changed export', () => {
  it('is refused at every character that says something of the log', { timeout: 600_000 }, async () => {
    merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
    const log = await createShareLog(9)
    const text = [...exportOf(log, [1, 2, 5])].join('\n')
    console.info(`export: SEED=${seed}`)
    let unproven = 0
    for (let at = drills ? 0 : seed % 7; at < text.length; at += drills ? 1 : 7)
      for (const other of drills ? 'x0"\\ ' : 'x') {
        const changed = `${text.slice(0, at)}${text[at] === other ? 'y' : other}${text.slice(at + 1)}`
        const { consistent, signed } = await judge(changed.split('\n'), log)
        if (consistent !== 'yes' || signed.by === null) continue
        // The operator's own words, and its offer of keys: nothing proves them.
        unproven += 1
        const said = /"(createdAt|query|receivedAt|owner)":"[^"]*$|"keys":\["[^"]*$/.test(
          changed.slice(0, at),
        )
        if (!said) expect.fail(`character ${at} was not noticed: ${changed.slice(at - 20, at + 20)}`)
      }
    expect(unproven).toBeGreaterThan(0)
  })

  it('names the entry that was changed, where the log itself tells', async () => {
    const log = await createShareLog(300)
    const lines = [...exportOf(log, upTo(300))]
    expect(await judge(lines, log)).toMatchObject({ consistent: 'yes', entries: 300, firstBad: null })
    const changed = lines.map((line) => line.replace('"ts\\":1795176000123', '"ts\\":1795176000124'))
    expect(await judge(changed, log)).toMatchObject({ consistent: 'no', entries: 300, firstBad: 123 })
  })

  it('says at most a hundred things against one that is wrong everywhere', async () => {
    const log = await createShareLog(300)
    const changed = [...exportOf(log, upTo(300))].map((line) => line.replace('"exit"', '"EXIT"'))
    const { contradictions, firstBad, bad } = await judge(changed, log)
    expect([contradictions.length, firstBad, bad]).toEqual([100, 0, 300])
  })
})

/** Judged in batches that were handed over, then folded. */
const judgeBatches = async (lines: readonly string[], atOnce: number, { reader }: ShareLog) => {
  const check = createExportCheck()
  for (let from = 0; from < lines.length; from += atOnce) {
    const batch = packJudged(lines.slice(from, from + atOnce).map(judgeExportLine))
    const there = structuredClone(batch, { transfer: buffersOf(batch) })
    for (const line of unpackJudged(there)) check.take(line)
  }
  return check.end(reader)
}

it('says the same of lines that were judged elsewhere, whatever was done to them', async () => {
  merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
  const log = await createShareLog(24)
  const whole = [...exportOf(log, [1, 2, 3, 7, 8, 9, 10, 11, 12, 13, 20])]
  const foreign = [...exportOf(log, [4, 5])].map((line) => line.replace('"default\\"', '"other\\"'))
  const place = fc.nat(whole.length - 1)
  const damages = fc.array(
    fc.record({
      kind: fc.constantFrom('drop', 'swap', 'repeat', 'foreign', 'pending', 'character', 'shown', 'empty'),
      ...{ at: place, to: place, character: fc.nat(2000) },
    }),
    { maxLength: 4 },
  )
  let proven = 0
  await fc.assert(
    fc.asyncProperty(damages, fc.integer({ min: 1, max: 30 }), async (done, atOnce) => {
      const lines = [...whole]
      for (const { kind, at, to, character } of done) {
        const line = lines[at] ?? ''
        if (kind === 'drop') lines.splice(at, 1)
        if (kind === 'swap') [lines[at], lines[to]] = [lines[to] ?? '', line]
        if (kind === 'repeat') lines.splice(to, 0, line)
        if (kind === 'foreign') lines.splice(at, 0, ...foreign.slice(1, 4))
        if (kind === 'pending') lines[at] = line.replace('"owner":"mch_1"', '"owner":"mch_1","pending":true')
        if (kind === 'character') lines[at] = `${line.slice(0, character)}7${line.slice(character + 1)}`
        if (kind === 'shown') lines[at] = line.replace('"payload":"shown"', '"payload":"withheld"')
        if (kind === 'empty') lines.splice(at, 0, '')
      }
      const verdict = await judge(lines, log)
      expect(await judgeBatches(lines, atOnce, log)).toEqual(verdict)
      if (verdict.consistent === 'yes') proven += 1
    }),
    { numRuns: drills ? 5000 : 500, seed },
  )
  expect(proven).toBeGreaterThan(0)
})

it('tells how far it is, and whose keys are offered', async () => {
  const log = await createShareLog(5)
  const check = createExportCheck()
  expect([check.head, check.progress]).toEqual([null, { entries: 0, of: 0 }])
  for (const line of [...exportOf(log, [3, 4])].slice(0, -2)) check.line(line)
  expect([check.head?.keys, check.progress]).toEqual([[log.vkey], { entries: 1, of: 2 }])
})

it.each(['portable', 'platform'] as const)(
  'goes through many entries, %s hash',
  { timeout: 300_000 },
  async (form) => {
    if (form === 'platform') merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
    const log = await createShareLog(20_000)
    const lines = [...exportOf(log, upTo(20_000))]
    const bytes = lines.reduce((sum, line) => sum + line.length + 1, 0)
    await judge(lines.slice(0, 3000), log)
    const started = performance.now()
    const verdict = await judge(lines, log)
    const took = performance.now() - started
    expect(verdict).toMatchObject({ consistent: 'yes', entries: 20_000, contradictions: [] })
    const perMillion = (took / 20_000) * 1000
    console.info(
      `${form}: ${Math.round(bytes / 20_000)} bytes an entry; a million take ${perMillion.toFixed(1)} s`,
    )
  },
)
