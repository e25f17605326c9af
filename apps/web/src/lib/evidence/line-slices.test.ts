import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type LineSlice, readLines, slicesOf } from './line-slices.ts'

const linesOf = async (file: Blob, slices: readonly LineSlice[], most?: number) => {
  const lines: (string | null)[] = []
  for (const slice of slices) lines.push(...(await readLines(file, slice, most)))
  return lines
}
/** As one reader of the whole text has them. */
const expected = (text: string) => {
  const lines = text.split('\n')
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines
}
const cutAt = (size: number, cuts: readonly number[]): LineSlice[] => {
  const places = [...new Set([0, ...cuts.map((cut) => cut % Math.max(1, size)), size])].sort((a, b) => a - b)
  return places.slice(1).map((to, index) => ({ from: places[index] ?? 0, to }))
}

// A byte order mark inside a file is a character like any other; one that begins it is none.
const character = fc.constantFrom('a', '"', '\n', '\n', '\r', 'é', '中', '😀', '\ufeff', '\u2028')

describe('the slices of a file', () => {
  it('have each of its lines once, wherever they are cut', async () => {
    const text = fc.string({ unit: character, maxLength: 60 }).filter((one) => !one.startsWith('\ufeff'))
    await fc.assert(
      fc.asyncProperty(text, fc.array(fc.nat(250), { maxLength: 8 }), async (said, cuts) => {
        const file = new Blob([said])
        expect(await linesOf(file, cutAt(file.size, cuts))).toEqual(expected(said))
      }),
      { numRuns: 2000 },
    )
  })

  it('have them at every single border', async () => {
    const text = '{"é":1}\n\n中\r\n😀😀\n\ufeff"\nend'
    const file = new Blob([text])
    for (let bytes = 1; bytes <= file.size + 1; bytes += 1)
      expect(await linesOf(file, slicesOf(file.size, bytes))).toEqual(expected(text))
  })

  it('go on reading a line that is longer than they are', async () => {
    const text = ['a', '😀'.repeat(100_000), 'b', 'c'.repeat(70_000)].join('\n')
    const file = new Blob([text])
    expect(await linesOf(file, slicesOf(file.size, 1000))).toEqual(expected(text))
  })

  it('hold no line above the most, and say once that there was one', async () => {
    const file = new Blob([`a\n${'x'.repeat(5000)}\n${'y'.repeat(1000)}\nb`])
    const found = await linesOf(file, slicesOf(file.size, 700), 1000)
    expect(found).toEqual(['a', null, 'y'.repeat(1000), 'b'])
    expect(await linesOf(new Blob(['z'.repeat(90_000)]), slicesOf(90_000, 700), 1000)).toEqual([null])
  })

  it('are none of an empty file', () => {
    expect(slicesOf(0)).toEqual([])
  })

  it('take no bytes that are no UTF-8', async () => {
    const file = new Blob([Uint8Array.of(0x61, 10, 0xe4, 0xb8, 10, 0x62)])
    for (let bytes = 1; bytes <= 7; bytes += 1)
      await expect(linesOf(file, slicesOf(file.size, bytes))).rejects.toThrow(TypeError)
  })

  it('leave out a byte order mark at the beginning, as a reader of the whole file does', async () => {
    const file = new Blob(['\ufeffa\nb'])
    for (let bytes = 1; bytes <= 7; bytes += 1)
      expect(await linesOf(file, slicesOf(file.size, bytes))).toEqual(['a', 'b'])
  })
})
