import { expect, test } from 'vitest'
import { type LogView, noView } from '../../lib/evidence/log-view.ts'
import { sealWords } from './seal-words.ts'

const memory = {
  v: 1 as const,
  origin: 'a/log/default',
  keys: [],
  pinnedAt: '2026-11-20T10:00:00.000Z',
  size: 48_211,
  root: '',
  note: '',
  provenAt: '2026-11-20T10:00:00.000Z',
  lost: [],
  contradictions: [],
}
const log = (size: number, sealFailure: string | null = null): LogView['log'] => ({
  workspace: 'default',
  origin: 'a/log/default',
  epoch: 0,
  size,
  checkpoint: null,
  sealFailure,
  published: false,
  keys: [],
  epochs: [],
  witnesses: [],
  now: '2026-11-20T10:00:00.000Z',
})
const say = (view: Partial<LogView>) => {
  const { glyph, short, rest } = sealWords({ ...noView, ...view }, 2000)
  return `${glyph} ${short}${rest}`
}

test('the seal says how much this browser proved, and when', () => {
  expect(say({ kind: 'proven', memory, log: log(48_211), checkedAt: 0 })).toBe('✓ 48,211 proven, 2 s ago')
  expect(say({ kind: 'proven', memory, log: log(48_220, 'the second place is ahead'), checkedAt: 0 })).toBe(
    '… 48,211 proven, 9 not sealed',
  )
  expect(say({ kind: 'unsealed', log: log(12) })).toBe('… 12 pending')
  expect(say({ kind: 'contradicted', memory, log: log(1) })).toBe('✕ CONTRADICTED')
  expect(say({ kind: 'unreachable', memory })).toBe('? 48,211 proven; no answer now')
  expect(say({})).toBe('… Checking the log')
})
