import { expect, test } from 'vitest'
import { createLog } from './log.ts'

const logged = (fields: Record<string, unknown>) => {
  let text = ''
  createLog((line) => {
    text += line
  })(fields)
  return text
}

test('a line is one line, whatever is in it', () => {
  const nasty = 'a\nb\r\u0000\u001b[31m\u2028c\u2029'
  const line = logged({ msg: nasty, [nasty]: 1 })
  expect(line.match(/[\p{Cc}\u2028\u2029]/gu)).toEqual(['\n'])
  expect(JSON.parse(line)).toMatchObject({ msg: nasty })
})

test('a line carries no credential', () => {
  const secret = 'Zm9vYmFy_-'.repeat(4)
  const line = logged({
    msg: `Bearer wb_default_key_${secret} wb_a-1_mch_${secret}`,
    url: `http://watchbill.localhost:4040/sign-in#${secret}`,
    nested: { token: `wb_default_enr_${secret}` },
  })
  expect(line).not.toContain('Zm9v')
})

test('a line carries no secret of somebody else either', () => {
  const key = ['sk-ant-', 'api03-kX9vPq2LmN8wRtY4uIo7'].join('')
  expect(logged({ msg: `unexpected: x-api-key: ${key}` })).not.toContain(key)
})
