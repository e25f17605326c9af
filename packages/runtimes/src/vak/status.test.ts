import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import type { Documents, Gathered } from '../index.ts'
import { answer, edited, nowMs, parseNode, readingIn, silent, snapshotOf } from '../testing/gathered.ts'

const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)))

describe('vak', () => {
  const whole: Documents = {
    '/live': answer(bytesOf('./testdata/live.json'), 200),
    '/health': answer(bytesOf('./testdata/health.json'), 200),
    '/ready': answer(bytesOf('./testdata/ready.json'), 503),
    '/metrics.json': answer(bytesOf('./testdata/metrics.json'), 200),
    '/metrics': answer(bytesOf('./testdata/metrics.prom'), 200),
  }

  it('components keep their reasons; figures from JSON', () => {
    const status = parseNode('vak', whole)
    expect(status).toMatchObject({
      liveness: 'running',
      health: 'degraded',
      healthReason: 'memory_system: slow writes',
      ready: false,
      version: '0.1.0',
      uptimeMs: 7_261_500,
      memoryBytes: 134_217_728,
    })
    expect(status.components.map(({ name, status: is }) => `${name} ${is}`)).toEqual([
      'audit_logger healthy',
      'memory_system degraded',
      'policy_engine healthy',
    ])
    expect(readingIn(status, 'active agents')).toBe(3)
    expect(readingIn(status, 'skills loaded')).toBeUndefined()
    expect(readingIn(status, 'not ready because')).toBe('Components not ready: audit_logger')
  })

  it('figures from the Prometheus text where there is no JSON', () => {
    const status = parseNode('vak', { ...whole, '/metrics.json': answer('{"error":"Not found"}', 404) })
    expect(status).toMatchObject({ liveness: 'running', memoryBytes: 134_217_728 })
    expect(readingIn(status, 'policy evaluations denied')).toBe(12)
  })

  it('unhealthy answers with 503 and still runs', () => {
    const health = edited(
      bytesOf('./testdata/health.json'),
      {
        '/status': 'unhealthy',
        '/components/audit_logger/status': 'unhealthy',
        '/components/audit_logger/message': 'chain broken',
      },
      503,
    )
    expect(parseNode('vak', { '/health': health })).toMatchObject({
      liveness: 'running',
      health: 'unhealthy',
      healthReason: 'audit_logger: chain broken; memory_system: slow writes',
      ready: null,
    })
  })

  it.each<[string, string, Gathered, string]>([
    [
      'something that is no HTTP',
      '/health',
      { kind: 'garbled', reason: 'a broken answer' },
      '/health: a broken',
    ],
    ['a redirect', '/metrics', { kind: 'garbled', reason: 'it redirects' }, '/metrics: it redirects'],
    ['cut off', '/health', answer('{"status": "healthy",\n "comp', 200), '/health line 2, column'],
    [
      'HTML',
      '/health',
      answer('<html>502</html>', 502),
      '/health line 1, column 1: is HTML or XML, not JSON (HTTP 502)',
    ],
    [
      'a list',
      '/health',
      edited(bytesOf('./testdata/health.json'), { '/components': [] }, 200),
      '/health /components: must be record',
    ],
    [
      'an unknown word',
      '/ready',
      answer('{"status":"not_ready"}', 503),
      '/ready /status: must be ready or notready',
    ],
    [
      'a count that is text',
      '/metrics.json',
      edited(bytesOf('./testdata/metrics.json'), { '/counters/audit_entries_total': '9' }, 200),
      '/metrics.json /counters/audit_entries_total: must be',
    ],
    [
      'a damaged line',
      '/metrics',
      answer('vak_a 1\nvak_b{le="1} 2\n', 200),
      '/metrics line 2: the labels are damaged',
    ],
    [
      'negative',
      '/live',
      answer('{"status":"healthy","uptime_seconds":-1}', 200),
      '/live /uptime_seconds: must be at least 0',
    ],
  ])('%s in %s is unreadable with the place', (_, name, gathered, place) => {
    const status = parseNode('vak', { ...whole, [name]: gathered })
    expect(status).toMatchObject({ liveness: 'unreadable', native: null, components: [] })
    expect(status.livenessReason).toContain(place)
  })

  it('no answer: running until the last good one is too old, then stale with what it last said', () => {
    const down: Documents = { '/live': silent, '/health': silent, '/ready': silent }
    expect(parseNode('vak', down)).toMatchObject({
      liveness: 'unreadable',
      livenessReason: 'never answered: /health: connection refused',
    })
    const last = parseNode('vak', whole)
    const lastGoodMs = nowMs
    const soon = parseNode('vak', down, { nowMs: nowMs + 59_999, lastGoodMs, last })
    expect(soon).toMatchObject({ liveness: 'running', health: 'degraded', aliveMs: nowMs })
    const later = parseNode('vak', down, { nowMs: nowMs + 60_000, lastGoodMs, last })
    expect(later).toMatchObject({ liveness: 'stale', ready: false, version: '0.1.0' })
    expect(later.livenessReason).toBe('no answer since 2026-03-04 10:00:05 UTC: /health: connection refused')
    expect(snapshotOf(later, nowMs + 60_000).aliveAt).toBe('2026-03-04T10:00:05.000Z')
  })
})
