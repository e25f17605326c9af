import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { auditCommand, shellWord } from './command-line.ts'

test('a shell hands the program exactly what the page asked', () => {
  for (const q of ['decision:deny', `tool:"it's" $(id) \`id\` \\ ! * ; & | > "`, "'", '']) {
    expect(execFileSync('sh', ['-c', `printf %s ${shellWord(q)}`], { encoding: 'utf8' })).toBe(q)
  }
  expect(auditCommand('decision:deny last:24h', null)).toBe("npx watchbill audit 'decision:deny last:24h'")
})

test('what nobody would see is not pasted into a terminal', () => {
  for (const hidden of ['\u001b[201~', '\u202e', '\n', '\u200b']) {
    expect(auditCommand(`tool:"a${hidden}b"`, null)).toBeNull()
  }
})
