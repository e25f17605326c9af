import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { readReader } from '../testing/reader-text.ts'
import { type EntryFile, parseEntryFile, type Reader, type Verdict, verifyEntry } from './index.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'

const readVector = (name: string): { file: string; reader: Parameters<typeof readReader>[0] } =>
  JSON.parse(readFileSync(new URL(`../../testdata/evidence/valid/${name}.json`, import.meta.url), 'utf8'))

/** Parts of a verdict as numbers: none of them may be higher than the untouched file's. */
const heights = ({ consistent, signed, witnessed, freshAs }: Verdict): number[] => [
  { yes: 2, unknown: 1, no: 0 }[consistent],
  signed.by === null ? 0 : 1,
  { yes: 2, 'not asked': 1, no: 0 }[signed.pinned],
  witnessed.count,
  freshAs ?? -1,
]

const sameSaid = (left: EntryFile | null, right: EntryFile | null): boolean =>
  JSON.stringify([left?.header && [...left.header], left?.members, left?.index]) ===
  JSON.stringify([right?.header && [...right.header], right?.members, right?.index])

const decode = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

const judge = async (file: string, whole: string, best: Verdict, reader: Reader): Promise<string> => {
  const verdict = await verifyEntry(file, reader)
  if (verdict.consistent !== 'yes' || verdict.signed.by === null) return 'refused'
  const limits = heights(best)
  if (heights(verdict).some((height, index) => height > (limits[index] ?? -1)))
    return 'a part of the verdict rose'
  return sameSaid(parseEntryFile(file), parseEntryFile(whole)) ? 'unchanged' : 'another entry was believed'
}

it.each(['entry-redacted', 'entry-witnessed'])(
  'every flipped bit of %s is refused, or says the same and no part of the verdict rises',
  async (name) => {
    const { file, reader: texts } = readVector(name)
    const reader = readReader(texts)
    const best = await verifyEntry(file, reader)
    const bytes = new TextEncoder().encode(file)
    const counts = new Map<string, number>()
    for (let bit = 0; bit < bytes.length * 8; bit += drills ? 1 : 3) {
      const flipped = bytes.map((byte, at) => (at === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte))
      const text = decode(flipped)
      const outcome = text === null ? 'refused' : await judge(text, file, best, reader)
      if (outcome !== 'refused' && outcome !== 'unchanged') expect.fail(`bit ${bit}: ${outcome}`)
      counts.set(outcome, (counts.get(outcome) ?? 0) + 1)
    }
    expect(counts.get('refused')).toBeGreaterThan((counts.get('unchanged') ?? 0) * 5)
  },
)
