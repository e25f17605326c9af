import { describe, expect, it } from 'vitest'
import { sorts } from './ast.ts'
import { completeQuery } from './complete.ts'
import { tryQuery } from './parse.ts'

const known = { agent: ['build 07', 'build-8', 'Review'], tool: ['Bash', 'Read'] }

/** `|` is the caret. */
const complete = (marked: string) => completeQuery(marked.replace('|', ''), marked.indexOf('|'), known)
const applied = (marked: string, at = 0): string => {
  const text = marked.replace('|', '')
  const { from, to, options } = complete(marked)
  return text.slice(0, from) + (options[at]?.insert ?? '') + text.slice(to)
}
const labels = (marked: string) => complete(marked).options.map(({ label }) => label)

describe('names', () => {
  it('of all fields stand where nothing is typed', () => {
    const all = labels('|')
    expect(all).toEqual(expect.arrayContaining(['action', 'tool', 'seq']))
    expect(labels('tool:Bash |')).toEqual(all)
    expect(labels('(|')).toEqual(all)
    expect(complete('a |b').options).not.toEqual([])
  })

  it.each([
    ['to|', 'tool:'],
    ['x -ag|', 'x -agent:'],
    ['(to|)', '(tool:)'],
    ['TO|', 'tool:'],
    ['to|x:Read', 'tool:Read'],
    ['la|', 'last:'],
    ['sor| x', 'sort: x'],
  ])('%s becomes %s', (marked, expected) => {
    expect(applied(marked)).toBe(expected)
  })

  it('that begin as typed stand before those that hold it', () => {
    expect(labels('to|')).toEqual(['tool', 'actor'])
  })

  it.each(['"to|', '"a b|c"', 'x OR|', 'a "|', 'AND|', 'NOT|'])('none for %s', (marked) => {
    expect(labels(marked)).toEqual([])
  })
})

describe('values', () => {
  it.each([
    ['decision:|', ['allow', 'ask', 'deny', 'none']],
    ['decision:A|', ['allow', 'ask']],
    ['DECISION:A|', ['allow', 'ask']],
    ['-decision:de|', ['deny']],
    ['decision:allow,|', ['ask', 'deny', 'none']],
    ['decision:|,deny', ['allow', 'ask', 'none']],
    ['sort:|', [...sorts]],
    ['last:|', ['1h', '24h', '7d', '30d']],
    ['duration:|', ['>=1s', '>=10s', '>=1m']],
    ['seq:|', []],
    ['agent:|', ['build 07', 'build-8', 'Review', 'none']],
    ['agent:"build |', ['build 07']],
    ['agent:view|', ['Review']],
    ['model:|', ['none']],
    ['nofield:|', []],
    ['constructor:|', []],
    ['__proto__:|', []],
    ['action:ref|', ['producer.seal.refused', 'tool.refused']],
  ])('%s', (marked, expected) => {
    expect(labels(marked)).toEqual(expected)
  })

  it.each([
    ['agent:bu|', 'agent:"build 07"'],
    ['agent:bu| tool:x', 'agent:"build 07" tool:x'],
    ['agent:"bu| tool:x', 'agent:"build 07" tool:x'],
    ['agent:"bu|ild 0"', 'agent:"build 07"'],
    ['agent:x,bu|ild,y', 'agent:x,"build 07",y'],
    ['(decision:d|)', '(decision:deny)'],
    ['decision:d|eny', 'decision:deny'],
  ])('%s becomes %s', (marked, expected) => {
    expect(applied(marked)).toBe(expected)
  })

  it('are all taken by the parser', () => {
    for (const name of [
      'action',
      'decision',
      'outcome',
      'by',
      'sort',
      'last',
      'after',
      'before',
      'time',
      'duration',
    ]) {
      for (const { insert } of complete(`${name}:|`).options)
        expect(tryQuery(`${name}:${insert}`, Date.UTC(2026, 1)), insert).toHaveProperty('query')
    }
  })

  it('are few, and none beyond what a query may hold', () => {
    expect(labels('action:|')).toHaveLength(20)
    expect(labels(`${' '.repeat(1998)}to|`)).toEqual(['tool', 'actor'])
    expect(labels(`${' '.repeat(1999)}to|`)).toEqual([])
  })
})
