import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Gathered } from '../index.ts'
import {
  absent,
  answer,
  type Edits,
  edited,
  nowMs,
  parseNode,
  readingIn,
  snapshotOf,
} from '../testing/gathered.ts'

const second = 1000
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)))

describe('kato', () => {
  const file = bytesOf('./testdata/status.json')
  const kato = (edits: Edits = {}, context = {}) =>
    parseNode('kato', { 'status.json': edited(file, edits) }, context)

  it('runs, with memory, counts and sessions', () => {
    const status = kato()
    expect(status).toMatchObject({
      liveness: 'running',
      health: 'healthy',
      ready: true,
      aliveMs: nowMs - 5 * second,
      memoryBytes: 83886080,
      memoryLimitBytes: 209715200,
      components: [],
      machine: null,
    })
    expect(readingIn(status, 'recordings')).toBe(2)
    expect(readingIn(status, 'claude sessions')).toBe(1)
  })

  it('a session goes stale 5 minutes after its last message, whatever its frozen `stale` says', () => {
    const status = kato()
    expect(readingIn(status, 'stale sessions')).toBe(1)
    // The recorded one first, as Kato shows them.
    expect(status.sessions.map(({ entrypoint }) => entrypoint)).toEqual(['claude', 'codex'])
    const message = Date.UTC(2026, 2, 4, 9, 59, 30)
    const alive = { '/heartbeatAt': new Date(message + 300_000).toISOString() }
    expect(readingIn(kato(alive, { nowMs: message + 300_000 }), 'stale sessions')).toBe(1)
    expect(readingIn(kato(alive, { nowMs: message + 300_001 }), 'stale sessions')).toBe(2)
  })

  it('a session without a message is idle, one silent for a day is over', () => {
    const bare = kato({ '/sessions': [{ provider: 'claude', sessionId: 'x', stale: false }] })
    expect(bare.sessions).toMatchObject([{ nativeId: 'x', state: 'idle', lastActivityMs: null }])
    const old = kato({ '/sessions/0/lastMessageAt': '2026-03-01T10:00:00.000Z' })
    expect(old.sessions.map(({ state }) => state)).toEqual(['working', 'ended'])
  })

  it.each([
    [29_999, 'running'],
    [30_000, 'stale'],
    [3_600_000, 'stale'],
  ] as const)('a heartbeat %i ms old: %s', (age, liveness) => {
    const heartbeat = Date.UTC(2026, 2, 4, 10)
    const status = kato({}, { nowMs: heartbeat + age })
    expect(status).toMatchObject({ liveness, ready: liveness === 'running', aliveMs: heartbeat })
    const snapshot = snapshotOf(status, heartbeat + age)
    expect([snapshot.liveness, snapshot.aliveAt, snapshot.ttlMs]).toEqual([
      'running',
      '2026-03-04T10:00:00.000Z',
      30_000,
    ])
  })

  it.each(['yesterday', '', '2026-03-04T10:00:00', '2099-03-04T10:00:00Z'])(
    'a heartbeat nobody can believe (%s) is stale, with the place',
    (heartbeatAt) => {
      const status = kato({ '/heartbeatAt': heartbeatAt })
      expect(status).toMatchObject({ liveness: 'stale', ready: false })
      expect(status.livenessReason).toContain('status.json /heartbeatAt')
      expect((status.aliveMs ?? nowMs) + status.ttlMs).toBeLessThanOrEqual(nowMs)
    },
  )

  it('not running: stopped at any age of the heartbeat, its sessions are history', () => {
    for (const later of [0, 3_600_000]) {
      const status = kato({ '/daemonRunning': false, '/daemonPid': undefined }, { nowMs: nowMs + later })
      expect(status).toMatchObject({ liveness: 'stopped', health: 'unknown', ready: false })
      expect(status.sessions.map(({ state }) => state)).toEqual(['ended', 'ended'])
      expect(snapshotOf(status, nowMs + later).aliveAt).toBeUndefined()
    }
  })

  it('over budget, or evicting since the last look: degraded, with the reason', () => {
    const over = kato({ '/memory/snapshots/overBudget': true })
    expect([over.health, over.healthReason]).toEqual([
      'degraded',
      'its session snapshots exceed the memory budget',
    ])
    const last = kato()
    const more = kato({ '/memory/snapshots/evictionsTotal': 8 }, { last })
    expect([more.health, more.healthReason]).toEqual([
      'degraded',
      'it evicted 5 sessions since the last look',
    ])
    expect(kato({}, { last }).health).toBe('healthy')
  })

  it('lets pass what Kato lets pass, and says what it could not read', () => {
    const first = kato({ '/sessions': undefined, '/memory': undefined })
    expect(first).toMatchObject({ liveness: 'running', health: 'unknown', memoryBytes: null, sessions: [] })
    expect(readingIn(first, 'not understood')).toBeUndefined()
    const odd = kato({ '/sessions': 'oops', '/memory': null, '/futureField': { x: 1 } })
    expect(odd.liveness).toBe('running')
    expect(readingIn(odd, 'not understood')).toBe('/sessions is not a list; /memory is not an object')
  })

  it.each<[string, Gathered, string]>([
    ['cut off', answer('{"schemaVersion": 1,\n  "gen'), 'status.json line 2, column'],
    ['empty', answer(''), 'status.json line 1, column 1'],
    ['HTML', answer('<html></html>'), 'status.json line 1, column 1: is HTML or XML, not JSON'],
    ['a list', answer('[]'), 'status.json /: must be object'],
    ['a newer schema', edited(file, { '/schemaVersion': 2 }), 'status.json /schemaVersion: must be 1'],
    [
      'a negative count',
      edited(file, { '/providers/1/activeSessions': -1 }),
      'status.json /providers/1/activeSessions: must be at least 0',
    ],
    ['a part missing', edited(file, { '/recordings': undefined }), 'status.json /recordings: must be object'],
    [
      'a wrong type',
      edited(file, { '/daemonRunning': 'true' }),
      'status.json /daemonRunning: must be boolean',
    ],
    [
      'a key twice',
      answer('{"schemaVersion":1,"schemaVersion":1}'),
      'status.json /schemaVersion, line 1, column 20',
    ],
    ['no file', absent, 'there is no status.json'],
    ['no permission', { kind: 'silent', reason: 'permission denied' }, 'permission denied'],
  ])('%s is unreadable, never stopped, with the place', (_, gathered, place) => {
    const status = parseNode('kato', { 'status.json': gathered })
    expect(status).toMatchObject({ liveness: 'unreadable', health: 'unknown', ready: null, native: null })
    expect(status.livenessReason).toContain(place)
  })
})
