import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createLog, formatLine } from './log.ts'
import { testFolder } from './testing/folder.ts'

it('writes one line per call, without a token or a control character, however hostile the text', () => {
  const line = formatLine({ reason: 'a\nb\u2028c\u202Ed wb_default_mch_AbC-_123 end' })
  expect(line).toBe('{"reason":"a\\nb\\u2028c\\u202ed wb_[redacted] end"}')
})

it('holds no secret an agent put into a reason', () => {
  const key = ['sk-ant-', 'api03-kX9vPq2LmN8wRtY4uIo7'].join('')
  const line = formatLine({
    reason: `refused: x-api-key: ${key}`,
    nested: { url: 'https://me:hunter22xyz@host/' },
  })
  expect(line).not.toContain(key)
  expect(line).not.toContain('hunter22xyz')
  expect(line).toContain('refused')
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
