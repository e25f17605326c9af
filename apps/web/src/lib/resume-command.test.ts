import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { resumeCommand } from './resume-command.ts'

const nativeId = 'b232804e-d6a8-465e-a683-a5a2c87e907c'

describe('resumeCommand', () => {
  test.each([
    ['claude-code', `claude --resume ${nativeId}`],
    ['codex', `codex resume ${nativeId}`],
    ['gemini-cli', `gemini --resume ${nativeId}`],
  ])('%s', (runtime, command) => {
    expect(resumeCommand({ runtime, nativeId, kind: 'main' })).toBe(command)
  })

  test.each(['kato', '__proto__', 'constructor', ''])('no command for runtime %j', (runtime) => {
    expect(resumeCommand({ runtime, nativeId, kind: 'main' })).toBeNull()
  })

  test('a sub-agent is resumed with its parent, never alone', () => {
    expect(resumeCommand({ runtime: 'codex', nativeId, kind: 'subagent' })).toBeNull()
  })

  test.each([
    'a; rm -rf ~',
    '$(id)',
    '`id`',
    "a'b",
    'a b',
    'a\nb',
    'a\n',
    '--dangerously-skip-permissions',
    '-x',
    '../x',
    '',
    'é',
    'a\u202eb',
  ])('a hostile id %j shows no command', (id) => {
    expect(resumeCommand({ runtime: 'claude-code', nativeId: id, kind: 'main' })).toBeNull()
  })

  test('whatever the id, the line is one plain shell word after the known ones', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (id) => {
        const command = resumeCommand({ runtime: 'codex', nativeId: id, kind: 'main' })
        return command === null || /^codex resume [A-Za-z0-9][A-Za-z0-9._-]*$/.test(command)
      }),
      { numRuns: process.env.WATCHBILL_DRILLS === '1' ? 10_000 : 1000 },
    )
  })
})
