import { describe, expect, it } from 'vitest'
import type { EntryFacts } from './ast.ts'
import { matchEntry } from './match.ts'
import { parseQuery } from './parse.ts'
import { splitWords } from './words.ts'

const now = Date.UTC(2026, 10, 10, 12)
const entry: EntryFacts = {
  words: {
    action: 'tool.refused',
    decision: 'deny',
    agent: 'agt_1',
    machine: 'mch_1',
    tool: 'Bash',
    session: 'ses_1',
    model: null,
    payload: 'shown',
  },
  numbers: { seq: 100, time: Date.UTC(2026, 10, 10, 11, 30), duration: null },
  text: 'Bash git push --force origin main ÉCOLE naïve 東京都 C:\\temp\\x.ts',
}
const matches = (text: string, facts: EntryFacts = entry) => matchEntry(parseQuery(text, now), facts)

describe('matchEntry', () => {
  it.each([
    ['', true],
    ['tool:bash', true],
    ['tool:Read,BASH', true],
    ['tool:Read', false],
    ['tool:"Bash "', false],
    ['tool:b*', true],
    ['tool:*s*h', true],
    ['tool:*', true],
    ['tool:"*"', false],
    ['tool:b*b*sh', false],
    ['tool:bash*', true],
    ['tool:*bash*', true],
    ['tool:ba*ash', false],
    ['action:tool.*', true],
    ['action:tool.*.*', false],
    ['model:none', true],
    ['model:*', false],
    ['model:gpt', false],
    ['-model:gpt', true],
    ['cause:none', true],
    ['tool:none', false],
    ['tool:none,Bash', true],
    ['decision:deny -tool:Read', true],
    ['decision:deny -tool:Bash', false],
    ['tool:Read OR decision:deny', true],
    ['tool:Read decision:deny OR seq:100', true],
    ['tool:Read (decision:deny OR seq:100)', false],
    ['-(tool:Read OR decision:allow)', true],
    ['seq:100', true],
    ['seq:99..100', true],
    ['seq:>100', false],
    ['seq:<=100', true],
    ['seq:<100', false],
    ['seq:1,100', true],
    ['seq:*', true],
    ['duration:*', false],
    ['duration:none', true],
    ['duration:>=0', false],
    ['duration:<9d', false],
    ['-duration:<9d', true],
    ['last:1h', true],
    ['last:29m', false],
    ['after:2026-11-10T11:30Z', true],
    ['before:2026-11-10T11:30Z', false],
    ['time:2026-11-10', true],
    ['time:..2026-11-09', false],
  ])('%s: %s', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  it.each([
    ['push', true],
    ['PUSH', true],
    ['pus', false],
    ['pus*', true],
    ['"git push"', true],
    ['"push git"', false],
    ['git-push', true],
    ['"--force"', true],
    ['"push --force"', true],
    ['"push origin"', false],
    ['"git pu"*', true],
    ['"gi push"*', false],
    ['ecole', true],
    ['école', true],
    ['NAIVE', true],
    ['nai\u0308ve', true],
    ['東京', false],
    ['東京*', true],
    ['"c:\\temp\\x.ts"', true],
    ['temp x', true],
    ['main main', true],
    ['"main main"', false],
    ['-push', false],
    ['absent', false],
  ])('free text %s: %s', (text, expected) => {
    expect(matches(text)).toBe(expected)
  })

  it('finds nothing for a text without words, which no query can say', () => {
    const span = { from: 0, to: 1 }
    expect(
      matchEntry({ where: { kind: 'text', text: '…', prefix: true, span }, sort: 'newest' }, entry),
    ).toBe(false)
  })

  it('does not take time of its own for many stars', () => {
    const facts = { ...entry, words: { tool: 'a'.repeat(50_000) } }
    expect(matches('tool:*a*a*a*a*a*a*b', facts)).toBe(false)
  })
})

describe('splitWords', () => {
  // As `unicode61 remove_diacritics 2` of SQLite 3.45 gave them.
  it.each([
    ['Crème BRÛLÉE', ['creme', 'brulee']],
    ['snake_case kebab-case a.b', ['snake', 'case', 'kebab', 'case', 'a', 'b']],
    ['x1 2y ½ ²', ['x1', '2y', '½', '²']],
    ['한국어', ['한국어']],
    ['日本語', ['日本語']],
    ['Straße', ['straße']],
    ['\ue000', ['\ue000']],
    ['→ … --', []],
    ['', []],
  ])('%s', (text, words) => {
    expect(splitWords(text)).toEqual(words)
  })
})
