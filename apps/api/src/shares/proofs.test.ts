import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { evidence, notes } from '@watchbill/ledger'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openShareDesk, type ShareDesk } from '../testing/share-desk.ts'
import { tarEnd, tarFile } from './tar.ts'

let desk: ShareDesk
let folder: string
beforeAll(async () => {
  desk = await openShareDesk()
  folder = mkdtempSync(join(tmpdir(), 'watchbill-proofs-'))
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await desk.close()
})

const opened = async (count: number, redact: string[] = []) => {
  const places = await desk.add(...Array.from({ length: count }, () => ({})))
  const from = places[0] ?? 0
  const share = await desk.share({ scope: { kind: 'range', from, to: from + count }, redact })
  const { cookie } = await desk.open(share.path)
  return { from, share, cookie }
}

test('system tar reads it, and every entry in it verifies by itself', async () => {
  const { from, share, cookie } = await opened(60, ['request'])
  const response = await desk.visit(`/s/open/${share.id}/proofs`, cookie)
  expect(Object.fromEntries(response.headers)).toMatchObject({
    'content-type': 'application/x-tar',
    'content-disposition': `attachment; filename="default-${share.id.slice(4, 12)}.tlog-proof.tar"`,
    'x-robots-tag': 'noindex, nofollow',
    'cache-control': 'no-store',
  })
  const archive = join(folder, 'proofs.tar')
  writeFileSync(archive, Buffer.from(await response.arrayBuffer()))
  const names = execFileSync('tar', ['tf', archive], { encoding: 'utf8' }).trim().split('\n')
  expect(names).toEqual([
    'checkpoint',
    'keys',
    ...Array.from({ length: 60 }, (_, index) => `${from + index}.tlog-proof`),
  ])
  execFileSync('tar', ['xf', archive, '-C', folder])
  const read = (name: string) => readFileSync(join(folder, name), 'utf8')
  const keys = read('keys')
    .trim()
    .split('\n')
    .flatMap((text) => notes.parseVerifierKey(text) ?? [])
  for (const name of names.slice(2)) {
    const verdict = await evidence.verifyEntry(read(name), { keys, pins: null, witnesses: [] })
    expect(verdict).toMatchObject({ consistent: 'yes', freshAs: share.size })
    expect(evidence.parseEntryFile(read(name))?.checkpoint).toBe(read('checkpoint'))
    expect(evidence.parseEntryFile(read(name))?.members?.some((one) => 'hash' in one)).toBe(true)
  }
})

test('breaks off once the link is revoked, so that nobody takes it for whole', async () => {
  const { share, cookie } = await opened(120)
  const response = await desk.visit(`/s/open/${share.id}/proofs`, cookie)
  const reader = response.body?.getReader()
  expect((await reader?.read())?.done).toBe(false)
  await desk.client.removeShare({ params: { id: share.id } })
  const rest = async () => {
    for (let read = await reader?.read(); read?.done === false; read = await reader?.read());
  }
  await expect(rest()).rejects.toThrow('no longer open')
})

test.each([0, 1, 511, 512, 513, 70_000])('a file of %i bytes', (size) => {
  const archive = join(folder, 'one.tar')
  writeFileSync(archive, Buffer.concat([tarFile('a.txt', 'x'.repeat(size), 1.5), tarEnd()]))
  const listed = execFileSync('tar', ['tvf', archive, '--utc'], { encoding: 'utf8' })
  expect(listed).toMatch(new RegExp(`-rw-r--r-- 0/0 +${size} 1970-01-01 00:00 a.txt`))
  expect(execFileSync('tar', ['xOf', archive], { encoding: 'utf8' })).toBe('x'.repeat(size))
})

test.each(['', '../x', 'a/b', 'ä', 'x'.repeat(101)])('%j is no name for a file in it', (name) => {
  expect(() => tarFile(name, '', 0)).toThrow(RangeError)
})
