import { createHash } from 'node:crypto'
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { notes } from '@watchbill/ledger'
import { expect, it } from 'vitest'
import { testFolder } from '../testing/folder.ts'
import { createLog, logOrigin, logSigner } from '../testing/log-folder.ts'
import { folderSource, linkSource } from './log-source.ts'
import { createMemory } from './memory.ts'
import { PolicyError, parsePolicy } from './policy.ts'
import { formatReport, holds, type Report } from './report.ts'
import { verifyEntryFile } from './verify-entry.ts'
import { type VerifyOptions, verifyLog } from './verify-log.ts'

const pin = logSigner.key.text
const seedOf = (name: string) => new Uint8Array(createHash('sha256').update(name).digest())
const witnesses = await Promise.all(
  ['a', 'b', 'c'].map((name) => notes.createSigner(`${name}.example`, seedOf(name), 'cosignature')),
)
const [, b, c] = witnesses

const reader = async (more: Partial<VerifyOptions> = {}): Promise<VerifyOptions> => ({
  pin,
  policy: null,
  memory: createMemory(await testFolder()),
  onProgress: () => {},
  ...more,
})

const laid = async (log: ReturnType<typeof createLog>, checkpoint?: string): Promise<string> => {
  const folder = await testFolder()
  await log.write(folder, checkpoint)
  return folder
}
const kinds = ({ contradictions }: Report) => [...new Set(contradictions.map(({ kind }) => kind))]

it('holds for a log that was signed by the pinned key, by verifier key and by fingerprint', async () => {
  const folder = await laid(createLog(300))
  for (const asked of [pin, notes.fingerprintOf(pin)]) {
    if (asked !== pin) await writeFile(join(folder, 'keys'), `${pin}\n`)
    const report = await verifyLog(folderSource(folder), false, await reader({ pin: asked }))
    expect(report).toMatchObject({
      consistent: 'yes',
      size: 300,
      signed: { by: notes.fingerprintOf(pin), pinned: 'yes' },
    })
    expect(holds(report)).toBe(true)
  }
})

it('does not hold where nobody known signed, or another key than the pinned one did', async () => {
  const folder = await laid(createLog(40))
  expect(holds(await verifyLog(folderSource(folder), false, await reader({ pin: null })))).toBe(false)
  const other = (await notes.createSigner(logOrigin, seedOf('other'), 'ed25519')).key.text
  const report = await verifyLog(folderSource(folder), false, await reader({ pin: other }))
  expect([holds(report), report.signed.by]).toEqual([false, null])
  await writeFile(join(folder, 'keys'), `${pin}\n`)
  const offered = await verifyLog(folderSource(folder), false, await reader({ pin: other }))
  expect([holds(offered), offered.signed.pinned]).toEqual([false, 'no'])
  expect(formatReport(offered)).toContain('DOES NOT HOLD')
})

it.each([
  ['an entry', 'tile/entries/000', 'root'],
  ['a full tile', 'tile/0/000', 'tile'],
  ['a partial tile', 'tile/0/001.p/44', 'tile'],
  ['an upper tile', 'tile/1/000.p/1', 'tile'],
])('finds one changed bit in %s', async (_, path, kind) => {
  const folder = await laid(createLog(300))
  const bytes = await readFile(join(folder, path))
  // Within the last digits of the time of an entry, so that it still reads well; anywhere in a tile.
  const at = Math.max(0, bytes.indexOf('"ts":') + 10)
  bytes[at] = (bytes[at] ?? 0) ^ 1
  await writeFile(join(folder, path), bytes)
  const report = await verifyLog(folderSource(folder), false, await reader())
  expect(kinds(report)).toContain(kind)
  expect(holds(report)).toBe(false)
})

it('names what is missing, and a forged signature', async () => {
  const folder = await laid(createLog(300))
  await rm(join(folder, 'tile/entries/001.p/44'))
  expect(kinds(await verifyLog(folderSource(folder), false, await reader()))).toEqual(['missing'])
  const forged = (await createLog(300).note()).replace(/[A-Za-z0-9](?=[A-Za-z0-9+/]{6}=*\n$)/, (char) =>
    char === 'A' ? 'B' : 'A',
  )
  const other = await laid(createLog(300), forged)
  expect(kinds(await verifyLog(folderSource(other), false, await reader()))).toEqual(['signature'])
  expect(kinds(await verifyLog(folderSource(await testFolder()), false, await reader()))).toEqual(['missing'])
})

it('remembers, and demands that a log extends what was seen before', async () => {
  const options = await reader()
  const check = async (log: ReturnType<typeof createLog>, live = false) =>
    verifyLog(folderSource(await laid(log)), live, options)
  expect((await check(createLog(100))).seenBefore).toBe(null)
  expect((await check(createLog(290))).seenBefore).toEqual({ size: 100, extends: 'yes' })
  // Signed by the very key, consistent in itself, and another history.
  const rewritten = await check(createLog(320, 'other', 50))
  expect([kinds(rewritten), holds(rewritten)]).toEqual([['history'], false])
  expect(holds(await check(createLog(320, 'other', 290)))).toBe(true)
  // An old export is old; a live log that shrank took something back.
  expect(await check(createLog(100))).toMatchObject({ seenBefore: { size: 320, extends: 'unknown' } })
  expect(kinds(await check(createLog(100), true))).toEqual(['rollback'])
  // The key is remembered too.
  expect(
    holds(
      await verifyLog(folderSource(await laid(createLog(330, 'other', 290))), false, {
        ...options,
        pin: null,
      }),
    ),
  ).toBe(true)
})

it('counts the witnesses of a policy, and its groups', async () => {
  const log = createLog(20)
  const plain = await log.note()
  const text = notes.parseNote(plain)?.text ?? ''
  const lines = await Promise.all([b, c].flatMap((one) => (one ? [notes.cosignLine(text, one, 1)] : [])))
  const names = witnesses.map(({ key }, index) => `witness w${index} ${key.text}`).join('\n')
  const policy = (quorum: string) => parsePolicy(`# mine\nlog ${pin}\n${names}\n${quorum}\n`)
  const check = async (note: string, quorum: string) =>
    verifyLog(folderSource(await laid(log, note)), false, await reader({ pin: null, policy: policy(quorum) }))
  const two = 'group g 2 w0 w1 w2\nquorum g'
  expect(holds(await check(plain, two))).toBe(false)
  const good = await check(notes.addSignatures(plain, lines), two)
  expect([holds(good), good.witnessed]).toEqual([
    true,
    { count: 2, of: 3, names: ['b.example', 'c.example'], enough: true },
  ])
  expect(holds(await check(notes.addSignatures(plain, lines), 'group g all w0 w1\nquorum g'))).toBe(false)
  expect(holds(await check(plain, 'quorum none'))).toBe(true)
})

it.each([
  ['no quorum', ''],
  ['two quorums', 'quorum none\nquorum none'],
  ['an unknown name', 'quorum nobody'],
  ['a word it does not know', 'quorum none\ntrust me'],
  ['more than there are', `witness a ${b?.key.text}\ngroup g 2 a\nquorum g`],
  ['one name in two groups', `witness a ${b?.key.text}\ngroup g any a\ngroup h any a\nquorum g`],
  ['a log key as witness', `witness a ${pin}\nquorum a`],
])('refuses a policy with %s', (_, text) => {
  expect(() => parsePolicy(text)).toThrow(PolicyError)
})

it('checks an entry file, and refuses every changed character of it', async () => {
  const log = createLog(70)
  const options = await reader()
  const text = await log.entryFile(33)
  const check = (file: string) => verifyEntryFile('x.tlog-proof', new TextEncoder().encode(file), options)
  const report = await check(text)
  expect([holds(report), report.entry]).toEqual([true, expect.objectContaining({ seq: 33 })])
  for (let at = 0; at < text.length; at += 13) {
    const changed = `${text.slice(0, at)}${text[at] === 'x' ? 'y' : 'x'}${text.slice(at + 1)}`
    expect([at, holds(await check(changed))]).toEqual([at, false])
  }
  await options.memory.write({ origin: logOrigin, size: 70, root: seedOf('another tree'), vkey: pin })
  expect(kinds(await check(text))).toEqual(['history'])
})

it('follows a published log by its link, and no redirect', async () => {
  const folder = await laid(createLog(300))
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/moved'))
      response.writeHead(302, { location: '/log/default/checkpoint' }).end()
    else
      readFile(join(folder, (request.url ?? '').replace('/log/default/', ''))).then(
        (bytes) => response.end(bytes),
        () => response.writeHead(404).end(),
      )
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  // A listening TCP server has an address of this shape (net.Server.address).
  const { port } = server.address() as AddressInfo
  const at = (path: string) => verifyLog(linkSource(`http://127.0.0.1:${port}${path}`), true, options)
  const options = await reader()
  expect(holds(await at('/log/default'))).toBe(true)
  expect(holds(await at('/log/default/checkpoint'))).toBe(true)
  await expect(at('/moved')).rejects.toThrow('redirect')
  server.close()
})

it('shows nothing of a log that could move the cursor', async () => {
  const folder = join(await testFolder(), 'a\u001b[31m')
  await mkdir(folder)
  expect(formatReport(await verifyLog(folderSource(folder), false, await reader()))).not.toContain('\u001b')
})
