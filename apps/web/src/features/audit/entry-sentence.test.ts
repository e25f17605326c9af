import { controlSchemas } from '@watchbill/contract/control-events'
import { producedSchemas } from '@watchbill/contract/entry-types'
import { describe, expect, test } from 'vitest'
import { readHeader } from './entry-header.ts'
import { entrySentence } from './entry-sentence.ts'

const key = 'A'.repeat(43)
const say = (type: string, payload: Record<string, unknown> = {}, decision: string | null = null) =>
  entrySentence(
    type,
    Object.entries(payload).map(([name, value]) => ({ name, value, key })),
    decision,
  )
    .map(({ kind, text }) => (kind === 'command' ? `\`${text}\`` : text))
    .join('')

describe('an entry in words', () => {
  test.each([
    [
      'tool.refused',
      { tool: 'Bash', request: 'git push', by: 'rule' },
      'Refused: Bash `git push`, by a rule',
    ],
    ['tool.refused', { tool: 'Bash', by: 'unknown' }, 'Refused: Bash'],
    ['tool.refused', {}, 'Refused'],
    ['tool.finished', { tool: 'Read', outcome: 'error', durationMs: 40 }, 'Failed: Read, after 40 ms'],
    ['mode.changed', { from: 'default', to: 'plan' }, 'Permission mode changed from default to plan'],
    ['payload.erased', { seqs: [1, 2], reason: 'asked to' }, 'Payload of 2 entries erased: asked to'],
    [
      'log.continued',
      { oldSize: 9, restoredSize: 5 },
      'Log taken up again after a restore: 4 signed entries lost',
    ],
    ['workspace.created', { kind: 'demo' }, 'Demo workspace created'],
    ['key.added', { vkey: 'log.example+0badc0de+AQID' }, 'Signing key added to the log'],
    ['key.retired', { vkey: 'log.example+0badc0de+AQID' }, 'Signing key of the log retired'],
  ])('%s', (type, payload, sentence) => {
    expect(say(type, payload)).toBe(sentence)
  })

  test('every published type has a sentence of its own, even when nothing of it is shown', () => {
    for (const type of [...Object.keys(producedSchemas), ...Object.keys(controlSchemas)]) {
      expect(say(type)).not.toContain(type)
      expect(say(type)).not.toBe('')
      expect(entrySentence(type, null, null).length).toBeGreaterThan(0)
    }
  })

  test('an unknown type stands as its bare name, and so does one named like a member of every object', () => {
    expect(say('toolbox.opened')).toBe('`toolbox.opened`')
    expect(say('constructor')).toBe('`constructor`')
  })

  test('members of the wrong shape are not said', () => {
    expect(say('payload.erased', { seqs: 'many', reason: { a: 1 } })).toBe('Payload of 0 entries erased')
  })
})

test('a header that cannot be read never throws', () => {
  for (const text of ['', '{', 'null', '[]', '"x"']) expect(readHeader(text).ts).toBeNull()
  expect(readHeader('{"ts":1e99,"type":7}')).toMatchObject({ ts: null, type: 'unreadable' })
})
