import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import type { Documents } from './index.ts'
import { answer, edited, parseNode, snapshotOf } from './testing/gathered.ts'

const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)))

it('no content leaves the machine: neither snapshot nor status hold a planted text', () => {
  const all: [string, Documents][] = [
    ['kato', { 'status.json': answer(bytesOf('./kato/testdata/status.json')) }],
    [
      'kato',
      {
        'status.json': edited(bytesOf('./kato/testdata/status.json'), {
          '/notes': 'canary-note',
          '/memory/notes': { a: 'canary-note' },
        }),
      },
    ],
    [
      'skreaver',
      {
        '/health': answer(bytesOf('./skreaver/testdata/health.json'), 200),
        '/agents': answer(bytesOf('./skreaver/testdata/agents.json'), 200),
      },
    ],
    [
      'fluffy-waffle',
      {
        'test.ping': answer('{"type":"response","result":{"pong":true},"id":"canary-id"}'),
        'state.db': answer(bytesOf('./fluffy-waffle/testdata/state.json')),
      },
    ],
  ]
  for (const [runtime, documents] of all) {
    const status = parseNode(runtime, documents)
    expect(status.liveness).toBe('running')
    expect(JSON.stringify([status, snapshotOf(status)])).not.toContain('canary')
    expect(status.native?.text).toContain('(kept on the machine)')
  }
})

it('a document too long to send is left out whole, and said', () => {
  const status = parseNode('kato', {
    'status.json': edited(bytesOf('./kato/testdata/status.json'), {
      '/sessions': Array.from({ length: 300 }, (_, index) => ({
        provider: 'claude',
        sessionId: `s${index}`,
        sessionShortId: 'x'.repeat(290),
      })),
    }),
  })
  expect(status.sessions.length).toBe(300)
  expect(status.native?.text).toBe('{\n  "status.json": "(too long to send)"\n}')
  const huge = answer(new Uint8Array(1024 * 1024 + 1).fill(0x20))
  expect(parseNode('kato', { 'status.json': huge }).livenessReason).toBe('status.json is longer than 1 MiB')
})

it('no secret leaves the machine in a reason, a name or the native document', () => {
  const secrets = ['ghp_0123456789abcdefABCDEF0123456789abcd', 'AKIAIOSFODNN7EXAMPLE']
  const reason = `${'x'.repeat(280)} ${secrets[0]} failed; key=${secrets[1]}`
  const health = bytesOf('./vak/testdata/health.json')
  const status = parseNode('vak', {
    '/health': edited(health, {
      '/components/memory_system/message': reason,
      '/components/memory_system/name': secrets[0],
      '/version': `1 ${secrets[1]}`,
    }),
  })
  const kato = parseNode('kato', {
    'status.json': edited(bytesOf('./kato/testdata/status.json'), {
      '/sessions/0/provider': secrets[0],
      '/sessions/1/sessionId': secrets[1],
    }),
  })
  expect([status.liveness, kato.liveness]).toEqual(['running', 'running'])
  const sent = JSON.stringify([snapshotOf(status), snapshotOf(kato)])
  for (const secret of secrets) expect(sent).not.toContain(secret.slice(0, 12))
})
