import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Documents, Gathered } from '../index.ts'
import { answer, edited, parseNode, readingIn } from '../testing/gathered.ts'

const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)))

describe('skreaver', () => {
  const whole: Documents = {
    '/health': answer(bytesOf('./testdata/health.json'), 200),
    '/ready': answer(bytesOf('./testdata/ready.json'), 503),
    '/agents': answer(bytesOf('./testdata/agents.json'), 200),
    '/queue/metrics': answer(bytesOf('./testdata/queue.json'), 200),
    '/metrics': answer(bytesOf('./testdata/metrics.prom'), 200),
  }

  it('reads both forms of a status, and keeps the reasons in one order', () => {
    const status = parseNode('skreaver', whole)
    expect(status).toMatchObject({
      liveness: 'running',
      health: 'unhealthy',
      healthReason:
        'security: No file system paths configured; HTTP access is disabled; system_resources: High memory usage: 1280.50MB',
      ready: false,
      version: '0.6.0',
      uptimeMs: 7_261_000,
      memoryBytes: 1_342_701_568,
      memoryLimitBytes: 268_435_456,
    })
    expect(status.components.map(({ name, status: is }) => `${name} ${is}`)).toEqual([
      'http_runtime healthy',
      'security unhealthy',
      'system_resources degraded',
    ])
    expect(readingIn(status, 'tool exec total')).toBe(122)
    expect(readingIn(status, 'queue')).toBe(3)
  })

  it('every status of an agent has its place', () => {
    const { sessions } = parseNode('skreaver', whole)
    expect(Object.fromEntries(sessions.map(({ nativeId, state }) => [nativeId, state]))).toEqual({
      'a-init': 'idle',
      'a-ready': 'idle',
      'a-works': 'working',
      'a-tools': 'working',
      'a-done': 'ended',
      'a-recovers': 'idle',
      'a-fatal': 'ended',
      'a-old': 'idle',
      'a-paused': 'idle',
      'a-stopped': 'ended',
    })
    expect(sessions.find(({ nativeId }) => nativeId === 'a-tools')?.tool).toBe('http_get')
  })

  it('health alone is enough; 0 MB is no memory information; empty metrics are no data', () => {
    const status = parseNode('skreaver', {
      '/health': edited(bytesOf('./testdata/health.json'), { '/memory_mb': 0 }, 200),
      '/metrics': answer('', 200),
    })
    expect(status).toMatchObject({ liveness: 'running', health: 'degraded', ready: null, memoryBytes: null })
  })

  it('without a credential the agents are not read, and that is said', () => {
    const status = parseNode('skreaver', {
      ...whole,
      '/agents': answer('{"error":"invalid_token","message":"x"}', 401),
    })
    expect(status).toMatchObject({ liveness: 'running', sessions: [] })
    expect(readingIn(status, 'not read')).toBe('/agents answered 401 invalid_token')
    expect(readingIn(status, 'agents')).toBeNull()
  })

  it.each<[string, string, Gathered, string]>([
    [
      'a number',
      '/health',
      edited(bytesOf('./testdata/health.json'), { '/status': 1 }, 200),
      '/health /status: must be healthy or degraded or unhealthy',
    ],
    [
      'a negative uptime',
      '/health',
      edited(bytesOf('./testdata/health.json'), { '/uptime_seconds': -5 }, 200),
      '/health /uptime_seconds: must be at least 0',
    ],
    [
      'memory as text',
      '/health',
      edited(bytesOf('./testdata/health.json'), { '/memory_mb': '96MB' }, 200),
      '/health /memory_mb: must be number',
    ],
    [
      'HTML of a proxy',
      '/health',
      answer('<html>503</html>', 503),
      '/health line 1, column 1: is HTML or XML, not JSON (HTTP 503)',
    ],
    [
      'a rate limit',
      '/health',
      answer('{"error":"rate_limit_exceeded","message":"m","retry_after":12}', 429),
      '',
    ],
    [
      'components in a list',
      '/ready',
      edited(bytesOf('./testdata/ready.json'), { '/components': [] }, 503),
      '/ready /components: must be record',
    ],
    [
      'a reason missing',
      '/ready',
      edited(bytesOf('./testdata/ready.json'), { '/status': { Degraded: {} } }, 503),
      '/ready /status/Degraded/reason: must be string',
    ],
    [
      'a total that lies',
      '/agents',
      edited(bytesOf('./testdata/agents.json'), { '/total': 3 }, 200),
      '/agents /total: must be the number of agents listed',
    ],
    ['agents null', '/agents', answer('{"agents":null,"total":0}', 200), '/agents /agents: must be array'],
    [
      'an unknown word',
      '/agents',
      edited(bytesOf('./testdata/agents.json'), { '/agents/1/status': 'running' }, 200),
      '/agents /agents/1/status: ',
    ],
    [
      'a variant half given',
      '/agents',
      edited(
        bytesOf('./testdata/agents.json'),
        { '/agents/2/status': { processing: { current_task: 'x' } } },
        200,
      ),
      '/agents /agents/2/status/processing/started_at: must be string',
    ],
    [
      'yesterday',
      '/agents',
      edited(bytesOf('./testdata/agents.json'), { '/agents/8/status/paused/paused_at': 'yesterday' }, 200),
      '/agents /agents/8/status/paused/paused_at: must be an RFC 3339 time',
    ],
  ])('%s in %s is unreadable with the place', (name, path, gathered, place) => {
    const rest = name === 'a rate limit' ? {} : whole
    const status = parseNode('skreaver', { ...rest, [path]: gathered })
    expect(status).toMatchObject({ liveness: 'unreadable', components: [], sessions: [] })
    expect(status.livenessReason).toContain(place)
  })
})
