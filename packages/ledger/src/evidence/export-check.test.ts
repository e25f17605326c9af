import { hash } from 'node:crypto'
import { afterEach, describe, expect, it } from 'vitest'
import { merkle } from '../index.ts'
import { sha256 as portable } from '../sha256.ts'
import { createShareLog, exportOf, type ShareLog } from '../testing/share-log.ts'
import { createExportCheck, type ExportVerdict } from './index.ts'

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
