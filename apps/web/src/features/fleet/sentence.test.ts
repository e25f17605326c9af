import { expect, test } from 'vitest'
import { agent, ago, attention, minute, now, session } from '../../testdata/fleet-rows.ts'
import { agentActivity, attentionSentence, type Part, sessionActivity } from './sentence.ts'

/** As a reader sees it; text that came from an agent in backticks or quotes. */
const read = (parts: readonly Part[]) =>
  parts
    .map(({ kind, text }) => (kind === 'code' ? `\`${text}\`` : kind === 'name' ? `"${text}"` : text))
    .join('')

test('attention rows are sentences', () => {
  const say = (more: Parameters<typeof attention>[0]) => read(attentionSentence(attention(more), now))
  expect(say({})).toBe('Waits for you 4 min: `git push` in "acme/api"')
  expect(say({ what: null, project: null, since: null, reason: 'a question' })).toBe(
    'Waits for you: "a question"',
  )
  expect(say({ kind: 'looping', what: 'npm test', count: 14 })).toBe(
    'Repeats `npm test` 14 times in "acme/api"',
  )
  expect(say({ kind: 'looping', what: null, project: null })).toBe('Repeats one call over and over')
  expect(say({ kind: 'failing', reason: 'exit 1' })).toBe('Fails for 4 min in "acme/api": "exit 1"')
  expect(say({ kind: 'unreadable', reason: 'denied' })).toBe('Cannot be read for 4 min: "denied"')
  expect(say({ kind: 'stale' })).toBe('Silent for 4 min in "acme/api"; last `git push`')
})

test('agent text is never part of our own words', () => {
  const parts = attentionSentence(attention({ what: 'x', project: 'y', reason: 'z' }), now)
  for (const part of parts) if (part.kind === 'plain') expect(part.text).not.toMatch(/[xyz]$/)
})

test('what a session is at', () => {
  const waiting = {
    kind: 'permission',
    detail: null,
    tool: 'Bash',
    request: null,
    since: ago(4 * minute),
  } as const
  expect(read(sessionActivity(session(1, { state: 'waiting', waiting }), now))).toBe(
    'waits 4 min: `Bash` in "acme/api"',
  )
  const tool = { name: 'Bash', request: 'npm test', since: ago(9000) }
  expect(read(sessionActivity(session(1, { state: 'working', tool }), now))).toBe(
    '`npm test` 9 s in "acme/api"',
  )
  expect(read(sessionActivity(session(1, { state: 'working' }), now))).toBe('thinks in "acme/api"')
  expect(read(sessionActivity(session(1, { state: 'ended' }), now))).toBe('"acme/api"')
  expect(sessionActivity(session(1, { project: null }), now)).toEqual([])
})

test('what an agent is at: its leading session, or why it is as it is', () => {
  expect(read(agentActivity(agent(1, { lead: session(1) }), now))).toBe('"acme/api"')
  expect(read(agentActivity(agent(1, { state: 'unreadable', livenessReason: 'denied' }), now))).toBe(
    '"denied"',
  )
  expect(read(agentActivity(agent(1, { state: 'failing', healthReason: 'exit 1' }), now))).toBe('"exit 1"')
  expect(agentActivity(agent(1), now)).toEqual([])
})
