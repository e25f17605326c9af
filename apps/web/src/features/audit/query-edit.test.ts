import { topTerms, tryQuery, withoutTerm } from '@watchbill/contract/audit-query'
import { describe, expect, test } from 'vitest'
import { choiceOf, choicesOf, knownPart, onlyTerm, timeAsked, toggleNot, withLast } from './query-edit.ts'

const now = Date.parse('2026-11-20T12:00:00Z')
const reads = (text: string) => 'query' in tryQuery(text, now)

describe('chips', () => {
  test('are the terms of the very text, and taking one away leaves the others as they were written', () => {
    const text = 'tool:Bash  -decision:allow "rm -rf" sort:oldest'
    const terms = topTerms(text, now)
    expect(terms.map(({ label, negated }) => [label, negated])).toEqual([
      ['tool:Bash', false],
      ['decision:allow', true],
      ['"rm -rf"', false],
    ])
    const without = terms.map(({ span }) => withoutTerm(text, span))
    expect(without).toEqual([
      '-decision:allow "rm -rf" sort:oldest',
      'tool:Bash "rm -rf" sort:oldest',
      'tool:Bash  -decision:allow sort:oldest',
    ])
  })
})

describe('facets', () => {
  test('know what is asked for and what is kept out, whatever the case', () => {
    const choices = choicesOf('tool:Bash,READ -outcome:error agent:none (machine:a OR machine:b)', now)
    expect(choiceOf(choices, 'tool').asked).toEqual(new Set(['bash', 'read']))
    expect(choiceOf(choices, 'outcome').kept).toEqual(new Set(['error']))
    expect(choiceOf(choices, 'agent').asked).toEqual(new Set([null]))
    expect(choiceOf(choices, 'machine').asked.size).toBe(0)
    expect(choicesOf('tool:', now).size).toBe(0)
  })

  test('keep a value out, and let it in again', () => {
    const steps: [before: string, after: string][] = [
      ['', '-tool:Bash'],
      ['decision:deny', 'decision:deny -tool:Bash'],
      ['tool:Bash', '-tool:Bash'],
      ['tool:Bash,Read', 'tool:Read -tool:Bash'],
      ['tool:Read', 'tool:Read -tool:Bash'],
      ['git OR push', '(git OR push) -tool:Bash'],
      ['decision:deny -tool:Bash', 'decision:deny'],
    ]
    for (const [before, after] of steps) expect(toggleNot(before, 'tool', 'Bash', now)).toBe(after)
  })

  test('quote what agents named their tools', () => {
    for (const name of ['rm "x" OR tool:Bash', 'a,b', '*', 'none', ') OR (', 'a\u202eb', '\\', '-x']) {
      const text = toggleNot('decision:deny', 'tool', name, now)
      expect(reads(text), text).toBe(true)
      expect(choiceOf(choicesOf(text, now), 'tool').kept).toEqual(new Set([name.toLowerCase()]))
      expect(choiceOf(choicesOf(text, now), 'decision').asked).toEqual(new Set(['deny']))
    }
  })
})

test('from one entry to those like it is a step further in', () => {
  expect(onlyTerm('decision:deny', 'tool', 'Bash', now)).toBe('decision:deny tool:Bash')
  expect(onlyTerm('tool:Read,Edit decision:deny', 'tool', 'Bash', now)).toBe('decision:deny tool:Bash')
  expect(onlyTerm('tool:bash', 'tool', 'Bash', now)).toBe('tool:bash')
  expect(onlyTerm('-tool:Bash', 'tool', 'Bash', now)).toBe('tool:Bash')
})

describe('time', () => {
  test('a preset takes the place of every other time, and of no other term', () => {
    expect(withLast('', '1h')).toBe('last:1h')
    expect(withLast('after:2026-11-01 tool:Bash last:7d', '24h')).toBe('tool:Bash last:24h')
    expect(withLast('a OR b', '24h')).toBe('(a OR b) last:24h')
    expect(withLast('tool:Bash last:7d', null)).toBe('tool:Bash')
  })

  test('is read back for the fields that show it', () => {
    expect(timeAsked('tool:Bash last:24h', now)).toEqual({ preset: '24h', min: now - 86_400_000, max: null })
    expect(timeAsked('after:2026-11-01 before:2026-11-02', now)).toEqual({
      preset: null,
      min: Date.parse('2026-11-01'),
      max: Date.parse('2026-11-02'),
    })
    expect(timeAsked('last:24h before:2026-11-20', now).preset).toBeNull()
    expect(timeAsked('tool:Bash', now)).toEqual({ preset: null, min: null, max: null })
  })
})

describe('a saved view', () => {
  test('whose terms are no longer known works on without them', () => {
    expect(knownPart('tool:Bash colour:red decision:deny last:24h', now)).toBe(
      'tool:Bash decision:deny last:24h',
    )
    expect(knownPart('decision:deny,perhaps tool:Bash', now)).toBe('decision:deny tool:Bash')
    expect(knownPart('-colour:red', now)).toBe('')
    expect(knownPart('tool:Bash sort:loudest', now)).toBe('tool:Bash')
    expect(knownPart('tool:Bash  last:24h', now)).toBe('tool:Bash  last:24h')
  })

  test('that cannot be read at all is ignored as a whole', () => {
    expect(knownPart('tool:"Bash', now)).toBe('')
  })
})
