import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { merkle, notes } from '@watchbill/ledger'
import { describe, expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { createLog, logOrigin, logSigner } from '../testing/log-folder.ts'
import { exportOf, pageOf, shareOf, type TarIdea, tarOf } from '../testing/share-files.ts'
import { linesOf } from './lines.ts'
import { createMemory } from './memory.ts'
import { formatReport, holds, type Report } from './report.ts'
import { TarError, tarFiles } from './tar-files.ts'
import { verifyFile } from './verify-file.ts'
import type { VerifyOptions } from './verify-log.ts'

const log = createLog(40)
const pin = logSigner.key.text

const reader = async (more: Partial<VerifyOptions> = {}): Promise<VerifyOptions> => ({
  pin,
  policy: null,
  memory: createMemory(await testFolder()),
  onProgress: () => {},
  ...more,
})
/** By contents alone: the name says nothing. */
const check = async (contents: string | Uint8Array, options?: VerifyOptions): Promise<Report> => {
  const path = join(await testFolder(), 'evidence')
  await writeFile(path, contents)
  return verifyFile(path, options ?? (await reader()))
}
const kinds = ({ contradictions }: Report) => [...new Set(contradictions.map(({ kind }) => kind))]

const archive = async (seqs: readonly number[]): Promise<TarIdea[]> => [
  { name: 'checkpoint', text: await log.note() },
  { name: 'keys', text: `${pin}\n` },
  ...(await Promise.all(
    seqs.map(async (seq) => ({ name: `${seq}.tlog-proof`, text: await log.entryFile(seq) })),
  )),
]

it('knows evidence by its first bytes, whatever it is called', async () => {
  const lines = await exportOf(log, [3])
  const found = await Promise.all(
    [pageOf(await shareOf(log, [3])), tarOf(await archive([3])), `${lines.join('\n')}\n`].map((one) =>
      check(one),
    ),
  )
  expect(found.map(({ kind }) => kind)).toEqual(['share', 'archive', 'export'])
  expect((await check(await log.entryFile(3))).kind).toBe('entry')
  for (const junk of ['', 'junk', '\0'.repeat(2000)]) expect(kinds(await check(junk))).toEqual(['unreadable'])
})

it('a build that knows no released program believes no page', async () => {
  const report = await check(pageOf(await shareOf(log, [3])))
  expect([report.consistent, report.share?.script.released, holds(report)]).toEqual(['yes', false, false])
})

describe('an archive of entry files', () => {
  it('holds, counts them, and takes keys that came along for no pin', async () => {
    const report = await check(tarOf(await archive([3, 7, 39])))
    expect(report).toMatchObject({ size: 40, signed: { pinned: 'yes' }, counted: { entries: 3, bad: 0 } })
    expect(holds(report)).toBe(true)
    const offered = await check(tarOf(await archive([3])), await reader({ pin: null }))
    expect([holds(offered), offered.signed.pinned]).toEqual([true, 'not asked'])
    expect((await check(tarOf(await archive([])))).consistent).toBe('unknown')
  })

  it('names every bad one', async () => {
    const files = await archive([3, 7, 8, 9])
    const spoilt = files.map((file) =>
      ['7.tlog-proof', '9.tlog-proof'].includes(file.name)
        ? { ...file, text: file.text.replace(/\n[A-Za-z0-9]/, (found) => (found === '\nA' ? '\nB' : '\nA')) }
        : file,
    )
    const report = await check(tarOf(spoilt))
    expect(report.counted).toMatchObject({ entries: 4, bad: 2 })
    expect(holds(report)).toBe(false)
  })

  it.each<[string, (files: TarIdea[]) => TarIdea[], string]>([
    [
      'a note instead of an entry',
      (files) => [...files, { name: '9.damaged.txt', text: 'gone' }],
      'unreadable',
    ],
    ['an entry twice', (files) => [...files, ...files.slice(-1)], 'order'],
    [
      'an entry under another name',
      (files) => files.map((file) => ({ ...file, name: file.name.replace('3.', '4.') })),
      'order',
    ],
    ['no checkpoint', (files) => files.slice(1), 'missing'],
    ['two checkpoints', (files) => [...files, ...files.slice(0, 1)], 'order'],
    ['another checkpoint', ([a, ...rest]) => [{ name: 'checkpoint', text: `${a?.text}x` }, ...rest], 'note'],
    ['a link', (files) => [...files, { name: 'x', text: '', kind: '2' }], 'unreadable'],
    ['a folder', (files) => [...files, { name: 'x/', text: '', kind: '5' }], 'unreadable'],
    [
      'a longer name for the next file',
      (files) => [{ name: 'x', text: '20 path=checkpoint\n', kind: 'x' }, ...files],
      'unreadable',
    ],
    ['a file larger than it is', (files) => [...files, { name: 'x', text: '', size: 2 ** 20 }], 'unreadable'],
    ['a file of no sane size', (files) => [...files, { name: 'x', text: '', size: 2 ** 32 }], 'unreadable'],
  ])('is refused with %s', async (_, change, kind) => {
    const report = await check(tarOf(change(await archive([3]))))
    expect(kinds(report)).toContain(kind)
    expect(holds(report)).toBe(false)
  })

  it('is refused when it was cut anywhere, and for what comes behind its end', async () => {
    const whole = tarOf(await archive([3, 7]))
    for (let size = 512; size < whole.length; size += 512)
      expect([size, holds(await check(whole.slice(0, size)))]).toEqual([size, false])
    expect(holds(await check(new Uint8Array(Buffer.concat([whole, Buffer.alloc(9000)]))))).toBe(true)
    expect(kinds(await check(new Uint8Array(Buffer.concat([whole, Buffer.from('x')]))))).toEqual([
      'unreadable',
    ])
  })

  it('writes nothing, and shows names as they are', async () => {
    const folder = await testFolder()
    const path = join(folder, 'evidence.tar')
    const files = [...(await archive([3])), { name: '../../\u001b[31mevil', text: 'x' }]
    await writeFile(path, tarOf(files))
    const text = formatReport(await verifyFile(path, await reader()))
    expect(text).toContain('../../\\u{1b}[31mevil')
    expect(await readdir(folder)).toEqual(['evidence.tar'])
  })

  it('notices every changed byte of a header', async () => {
    const whole = tarOf([{ name: 'checkpoint', text: 'x' }])
    // The last byte of the sum stands behind the NUL that ends it.
    for (let at = 0; at < 512; at += at === 154 ? 2 : 1)
      for (const flip of [1, 0x80]) {
        const bytes = whole.map((byte, index) => (index === at ? byte ^ flip : byte))
        expect(() => [...tarFiles(bytes)], `byte ${at}`).toThrow(TarError)
      }
  })

  it('contradicts another tree that was seen before', async () => {
    const options = await reader()
    const other = createLog(40, 'other', 20)
    await options.memory.write({ origin: logOrigin, size: 40, root: other.root, vkey: pin })
    const report = await check(tarOf(await archive([3])), options)
    expect([kinds(report), report.seenBefore]).toEqual([['history'], { size: 40, extends: 'no' }])
    expect(await options.memory.read(logOrigin)).toMatchObject({ root: other.root })
  })
})

describe('an export', () => {
  const text = async (seqs: readonly number[]) => `${(await exportOf(log, seqs)).join('\n')}\n`

  it('holds, in any pieces it is read in, and says how far it is', async () => {
    const whole = await text(Array.from({ length: 40 }, (_, seq) => seq))
    const report = await check(whole)
    expect(report).toMatchObject({ size: 40, signed: { pinned: 'yes' }, counted: { entries: 40, bad: 0 } })
    expect(holds(report)).toBe(true)
    const bytes = Buffer.from(whole)
    for (const size of [1, 7, 4096]) {
      const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
        bytes.subarray(index * size, (index + 1) * size),
      )
      const lines: string[] = []
      for await (const line of linesOf(Readable.from(pieces))) lines.push(line)
      expect(lines).toEqual(whole.split('\n').slice(0, -1))
    }
  })

  it('of some entries holds; cut, changed or with other line ends it does not', async () => {
    const whole = await text([3, 7, 39])
    expect(holds(await check(whole))).toBe(true)
    expect(holds(await check(whole.trimEnd()))).toBe(true)
    for (const changed of [
      whole.slice(0, whole.lastIndexOf('\n', whole.length - 2) + 1),
      whole.replaceAll('\n', '\r\n'),
      whole.replace('git push', 'git pull'),
      whole.replace('"ts\\":1795176000007', '"ts\\":1795176000009'),
      `${whole}\n`,
    ])
      expect(holds(await check(changed))).toBe(false)
    expect((await check(whole.replace('git push', 'git pull'))).counted).toMatchObject({
      bad: 1,
      firstBad: 3,
    })
  })

  it('has no line that is longer than any entry', async () => {
    const huge = Readable.from([Buffer.alloc(17 * 2 ** 20, 'x'), Buffer.from('x\nlast')])
    const lines: string[] = []
    for await (const line of linesOf(huge)) lines.push(line)
    expect(lines).toEqual(['', 'last'])
  })

  it('contradicts another tree that was seen before, and is not remembered', async () => {
    const options = await reader()
    await check(await text([3]), options)
    expect(await options.memory.read(logOrigin)).toBeNull()
    const root = merkle.leafHash(new Uint8Array())
    await options.memory.write({ origin: logOrigin, size: 40, root, vkey: pin })
    const report = await check(await text([3]), options)
    expect([kinds(report), holds(report)]).toEqual([['history'], false])
  })

  it('is not pinned by keys of its own, and not signed for those who know another', async () => {
    const offered = await check(await text([3]), await reader({ pin: null }))
    expect([holds(offered), offered.signed.pinned]).toEqual([true, 'not asked'])
    const other = await notes.createSigner(logOrigin, new Uint8Array(32).fill(5), 'ed25519')
    const refused = await check(await text([3]), await reader({ pin: other.key.text }))
    expect([holds(refused), refused.signed.pinned]).toEqual([false, 'no'])
  })
})
