import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLog, formatLine } from './log.ts'
import { testFolder } from './testing/folder.ts'

it('writes one line per call, without a token or a control character, however hostile the text', () => {
  const line = formatLine({ reason: 'a\nb\u2028c\u202Ed wb_default_mch_AbC-_123 end' })
  expect(line).toBe('{"reason":"a\\nb\\u2028c\\u202ed wb_[redacted] end"}')
})

it('stays bounded and private', async () => {
  const path = join(await testFolder(), 'log')
  const log = createLog(path, null)
  for (let count = 0; count < 2500; count += 1) log({ text: 'x'.repeat(1000) })
  expect((await stat(path)).size).toBeLessThanOrEqual(1024 * 1024)
  expect((await stat(`${path}.1`)).size).toBeLessThanOrEqual(1024 * 1024)
  expect((await stat(path)).mode & 0o777).toBe(0o600)
  expect((await readFile(path, 'utf8')).endsWith('\n')).toBe(true)
})
