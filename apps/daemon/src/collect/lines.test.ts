import { open, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { drillCount, testFolder } from '../testing/folder.ts'
import { type LinePosition, readLines } from './lines.ts'

const readAll = async (
  path: string,
  capBytes: number,
  position: LinePosition = { offset: 0, skipping: false },
) => {
  const lines: string[] = []
  let oversized = 0
  const handle = await open(path)
  try {
    const sink = {
      line: (text: string) => {
        lines.push(text)
      },
      oversize: () => {
        oversized += 1
      },
    }
    await readLines(handle, position, sink, { capBytes })
  } finally {
    await handle.close()
  }
  return { lines, oversized, position }
}

/** The rule said plainly: whole lines, CR cut, empty ones left out, those over the cap counted. */
const expected = (bytes: Buffer, cap: number) => {
  const parts = bytes.toString('latin1').split('\n')
  const last = parts.pop() ?? ''
  const fitting = parts.filter((part) => part.length <= cap)
  const lines = fitting.map((part) => Buffer.from(part, 'latin1').toString('utf8').replace(/\r$/, ''))
  return {
    lines: lines.filter((line) => line !== ''),
    oversized: parts.length - fitting.length + (last.length > cap ? 1 : 0),
    offset: last.length > cap ? bytes.length : bytes.length - last.length,
  }
}

it('reads any bytes as whole lines, with lines over the cap counted and skipped', async () => {
  const path = join(await testFolder(), 'file')
  const pieces = fc.oneof(
    fc.constantFrom('\n', '\r\n', '\n\n', '\0', '{"a":1}', 'ä', '😀', 'x'.repeat(30)),
    fc.uint8Array({ maxLength: 12 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.array(pieces, { maxLength: 40 }),
      fc.integer({ min: 1, max: 64 }),
      async (parts, cap) => {
        const bytes = Buffer.from(parts.join(''), 'utf8')
        await writeFile(path, bytes)
        const { lines, oversized, position } = await readAll(path, cap)
        expect({ lines, oversized, offset: position.offset }).toEqual(expected(bytes, cap))
      },
    ),
    { numRuns: drillCount(100, 1000) },
  )
})

it('keeps lines whole across chunks and reads multi-byte characters cut by them', async () => {
  const path = join(await testFolder(), 'file')
  const long = 'ä😀'.repeat(40_000)
  await writeFile(path, `${long}\nshort\n${long}x\n`)
  expect((await readAll(path, 1024 * 1024)).lines).toEqual([long, 'short', `${long}x`])
})

it('skips a line that never ends, and goes on behind it once it does', async () => {
  const path = join(await testFolder(), 'file')
  await writeFile(path, `one\n${'y'.repeat(300_000)}`)
  const first = await readAll(path, 1000)
  expect(first).toMatchObject({ lines: ['one'], oversized: 1, position: { offset: 300_004, skipping: true } })
  await writeFile(path, `one\n${'y'.repeat(300_000)}zzz\ntwo\n`)
  expect(await readAll(path, 1000, first.position)).toMatchObject({ lines: ['two'], oversized: 0 })
})
