import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseCsv, splitLoosely } from '../testing/csv.ts'
import { formatCell, readCell } from './csv-cell.ts'

/** Pieces that bring formulas, quotes, delimiters, ends of lines and invisible characters together in every order. */
const pieces = [
  ...['=', '+', '-', '@', '＝', '＋', '－', '＠', '﹦', '﹢', '﹣', '﹫', '−'],
  ...['\t', '\r', '\n', '\r\n', '\u0000', '\u0001', '\u001b[31m', '\u007f', '\u0085', '\u009b'],
  ...["'", '"', '""', '\\', '\\u{', '\\u{3d}', '\\\\u{a}', '}'],
  ...[',', ';', '|', ':', ' ', '  ', '\u00a0', '\u3000', '\ufeff', '\u200b', '\u2028', '\u202e', '\u2066'],
  ...['\ud800', '\udfff', '\uffff', '\u{e0041}', '\u{1f469}\u200d\u{1f4bb}', 'é', '漢'],
  ...['cmd|"/C calc"!A0', 'HYPERLINK("http://x")', 'SUM(1)', 'a', '0', 'git push -f'],
]
const hostile = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.array(fc.constantFrom(...pieces), { maxLength: 12 }).map((all) => all.join('')),
  },
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
)

/** What a spreadsheet would run: a formula at the start of a cell, spaces and quotes before it not counted. */
const runs = (cell: string) => /^[\s"']*[=+\-@＝＋－＠﹦﹢﹣﹫−\t\r\n]/u.test(cell) && !cell.startsWith("'")

describe('formatCell', () => {
  it('loses nothing, whatever was said', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (texts) => {
        const [row = []] = parseCsv(`${texts.map(formatCell).join(',')}\r\n`)
        expect(row.map(readCell)).toEqual(texts)
      }),
      { numRuns: 3000 },
    )
  })

  it('begins no formula, wherever a program splits the line', () => {
    fc.assert(
      fc.property(fc.array(hostile, { minLength: 1, maxLength: 4 }), (texts) => {
        const line = texts.map(formatCell).join(',')
        for (const delimiter of [',', ';', '|', ':', '\t', '\n'])
          for (const cell of splitLoosely(line, delimiter))
            expect(runs(cell), `${delimiter} ${cell}`).toBe(false)
      }),
      { numRuns: 3000 },
    )
  })

  it('writes nothing that is invisible, turns text around or ends a line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(formatCell(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]/u)
      }),
      { numRuns: 1000 },
    )
  })

  it.each([
    ['', '""'],
    [null, ''],
    [17, '17'],
    ['Bash', 'Bash'],
    ['2026-11-20T12:00:00.000Z', '2026-11-20T12:00:00.000Z'],
    ['git push', '"git push"'],
    ['say "hi"', '"say ""hi"""'],
    ['=1+1', `"'=1+1"`],
    ['  @x', `"'  @x"`],
    ["'tis", `"''tis"`],
    ['a;=b', `"a;'=b"`],
    ['a;"=b"', `"a;'""=b"""`],
    ['a\n=b', '"a\\u{a}=b"'],
    ['\t=b', '"\\u{9}=b"'],
    ['C:\\users', '"C:\\users"'],
    ['\\u{41}', '"\\u{5c}u{41}"'],
  ])('%j is written %s', (text, cell) => expect(formatCell(text)).toBe(cell))
})
