import { join } from 'node:path'
import Database from 'libsql'
import { type FakeAnswer, FakeRuntime } from './fake-runtime.ts'

const iso = (ms: number): string => new Date(ms).toISOString()

/** Kato's `status.json` of a running daemon with one session. */
export const katoStatus = (nowMs: number, more: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({
    schemaVersion: 1,
    generatedAt: iso(nowMs),
    heartbeatAt: iso(nowMs),
    daemonRunning: true,
    providers: [{ provider: 'claude', activeSessions: 1, lastMessageAt: iso(nowMs) }],
    recordings: { activeRecordings: 0, destinations: 0 },
    daemonPid: 4711,
    sessions: [
      {
        provider: 'claude',
        sessionId: '7f3f0d0c-5a3e-4a35-9d7b-0a4d9f2f7f11',
        providerSessionId: 'one',
        updatedAt: iso(nowMs),
        lastMessageAt: iso(nowMs),
        stale: false,
      },
    ],
    ...more,
  })

const component = {
  name: 'policy_engine',
  status: 'healthy',
  message: null,
  last_check: 1,
  response_time_ms: null,
}

export const vakRoutes: Readonly<Record<string, FakeAnswer>> = {
  '/live': { body: { status: 'healthy', uptime_seconds: 12.5 } },
  '/health': {
    body: {
      status: 'healthy',
      components: { policy_engine: component },
      uptime_seconds: 12.5,
      version: '0.1.0',
      timestamp: 1_772_442_000,
    },
  },
  '/ready': { body: { status: 'ready', reason: null, not_ready_components: [], timestamp: 1_772_442_000 } },
  '/metrics': { type: 'text/plain', body: 'vak_uptime_seconds 12.5\nvak_active_agents 3\n' },
}

const at = '2026-03-02T09:00:00.123456789Z'
const skreaverAgent = { agent_type: 'echo', status: 'ready', created_at: at, last_activity: at }
export const skreaverAgents = (...ids: readonly string[]): FakeAnswer => ({
  body: { agents: ids.map((agent_id) => ({ agent_id, ...skreaverAgent })), total: ids.length },
})

export const skreaverRoutes: Readonly<Record<string, FakeAnswer>> = {
  '/health': {
    body: {
      status: 'healthy',
      service: 'skreaver-http-runtime',
      timestamp: at,
      version: '0.6.0',
      uptime_seconds: 86_461,
      memory_mb: 96.5,
    },
  },
  '/ready': {
    status: 503,
    body: {
      status: { Degraded: { reason: 'security: HTTP access is disabled' } },
      components: {
        security: {
          name: 'security',
          status: { Degraded: { reason: 'HTTP access is disabled' } },
          last_check: at,
          response_time_ms: 0,
          metadata: {},
        },
      },
      timestamp: at,
      uptime_seconds: 86_461,
    },
  },
  '/metrics': { type: 'text/plain', body: '' },
  '/agents': skreaverAgents('agent-1', 'agent-2'),
}

export const openVak = (): Promise<FakeRuntime> => FakeRuntime.open(vakRoutes)
export const openSkreaver = (): Promise<FakeRuntime> => FakeRuntime.open(skreaverRoutes)

export const fluffyState = (more: Readonly<Record<string, unknown>> = {}) => ({
  state: 'coding',
  mode: 'strict',
  previous_state: 'test_running',
  consecutive_failures: 1,
  test_files: ['a.test.ts'],
  last_test_passed: false,
  ...more,
})

/** Writes the state row as Fluffy Waffle does, in WAL mode; the connection stays open, so that the row is in the log only. */
export const openStateDb = (folder: string) => {
  const database = new Database(join(folder, 'state.db'))
  database.pragma('journal_mode = WAL')
  database.exec(
    'CREATE TABLE IF NOT EXISTS session_state (id INTEGER PRIMARY KEY CHECK(id = 1), updated_at TEXT NOT NULL, data TEXT NOT NULL)',
  )
  return {
    write: (atMs: number, data: string) =>
      void database.prepare('INSERT OR REPLACE INTO session_state VALUES (1, ?, ?)').run(iso(atMs), data),
    close: () => database.close(),
  }
}
