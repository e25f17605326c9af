import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'

let scratch = ''
beforeEach(() => {
  scratch = mkdtempSync(join(tmpdir(), 'watchbill-tarball-'))
})
afterEach(() => rmSync(scratch, { recursive: true }))

test('the tarball: same bundle, same bytes, whatever the clock and the user; and tar can read it', async () => {
  const dist = join(scratch, 'dist')
  mkdirSync(dist)
  writeFileSync(join(dist, 'watchbill.js'), 'export {}\n//# sourceMappingURL=watchbill.js.map\n')
  writeFileSync(join(dist, 'watchbill.js.map'), '{}')
  const pack = (name: string, zone: string) =>
    execFileSync(process.execPath, ['scripts/tarball.mjs', dist, join(scratch, name)], {
      env: { TZ: zone },
      encoding: 'utf8',
    })
  const first = pack('a.tgz', 'UTC')
  await new Promise((resolve) => setTimeout(resolve, 1100))
  expect(pack('b.tgz', 'Asia/Tokyo')).toBe(first)
  expect(readFileSync(join(scratch, 'b.tgz')).equals(readFileSync(join(scratch, 'a.tgz')))).toBe(true)
  const names = execFileSync('tar', ['tzf', join(scratch, 'a.tgz')], { encoding: 'utf8' })
  expect(names.trim().split('\n')).toEqual(
    ['LICENSE', 'bin/watchbill.mjs', 'dist/watchbill.js', 'package.json'].map((name) => `package/${name}`),
  )
})
