import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Documents, readFrames, requestFrame } from '../index.ts'
import {
  absent,
  answer,
  type Edits,
  edited,
  nowMs,
  parseNode,
  readingIn,
  silent,
  snapshotOf,
} from '../testing/gathered.ts'

const second = 1000
const bytesOf = (path: string) => new Uint8Array(readFileSync(new URL(path, import.meta.url)))

describe('fluffy-waffle', () => {
  const state = bytesOf('./testdata/state.json')
  const stored = (edits: Edits = {}, writtenAt: string | null = '2026-03-04T09:58:00.000Z') => ({
    ...edited(state, edits),
    writtenAt,
  })
  const ping = answer('{"id":"1","type":"response","result":{"pong":true}}')
  const said = (result: unknown) => answer(JSON.stringify({ id: '2', type: 'response', result }))

  it('the socket answers: running, with its state machine', () => {
    const status = parseNode('fluffy-waffle', {
      'test.ping': ping,
      'session.get': said(JSON.parse(new TextDecoder().decode(state))),
    })
    expect(status).toMatchObject({
      liveness: 'running',
      health: 'healthy',
      ready: true,
      machine: { current: 'coding' },
      sessions: [{ state: 'working', permissionMode: 'strict' }],
    })
    expect(snapshotOf(status).machineState?.states).toEqual([
      'idle',
      'planning',
      'test_writing',
      'test_running',
      'coding',
      'done',
      'failed',
    ])
    expect(readingIn(status, 'test files')).toBe(2)
  })

  it('failed, and three failures in a row, are degraded and keep the reason', () => {
    const failed = parseNode('fluffy-waffle', {
      'test.ping': ping,
      'state.db': stored({ '/state': 'failed', '/previous_state': 'coding' }),
    })
    expect(failed).toMatchObject({ liveness: 'running', health: 'degraded', ready: false })
    expect(failed.components[1]).toEqual({
      name: 'state machine',
      status: 'degraded',
      reason: 'failed in coding; only a reset leads out of it',
    })
    const thrice = parseNode('fluffy-waffle', {
      'test.ping': ping,
      'state.db': stored({ '/consecutive_failures': 3 }),
    })
    expect(thrice).toMatchObject({ health: 'degraded', ready: true })
  })

  it('no socket file: stopped, with its last written state as history', () => {
    const status = parseNode('fluffy-waffle', { 'test.ping': absent, 'state.db': stored() })
    expect(status).toMatchObject({ liveness: 'stopped', ready: false, machine: { current: 'coding' } })
    expect(status.sessions).toMatchObject([{ state: 'ended' }])
    expect(parseNode('fluffy-waffle', { 'test.ping': absent, 'state.db': absent }).liveness).toBe('stopped')
  })

  it('a socket that does not answer: stale since it last spoke', () => {
    const documents = { 'test.ping': silent, 'state.db': stored() }
    expect(parseNode('fluffy-waffle', documents, { lastGoodMs: nowMs - 10 * second }).liveness).toBe(
      'running',
    )
    expect(parseNode('fluffy-waffle', documents, { lastGoodMs: nowMs - 90 * second }).liveness).toBe('stale')
    expect(parseNode('fluffy-waffle', { 'test.ping': silent }).liveness).toBe('unreadable')
    // A daemon that has just started knows the time of the last write, and the state in it.
    expect(parseNode('fluffy-waffle', documents)).toMatchObject({
      liveness: 'stale',
      ready: false,
      aliveMs: Date.UTC(2026, 2, 4, 9, 58),
      machine: { current: 'coding' },
    })
  })

  it('state.db alone speaks by its age', () => {
    const fresh = parseNode('fluffy-waffle', { 'state.db': stored({}, '2026-03-04T09:59:30.000Z') })
    expect(fresh).toMatchObject({ liveness: 'running', ready: null })
    expect(parseNode('fluffy-waffle', { 'state.db': stored() })).toMatchObject({
      liveness: 'stale',
      ready: false,
    })
  })

  it('null is no state machine', () => {
    const status = parseNode('fluffy-waffle', { 'test.ping': ping, 'session.get': said(null) })
    expect(status).toMatchObject({ liveness: 'running', machine: null, sessions: [], health: 'unknown' })
  })

  it.each<[string, Documents, string]>([
    [
      'an unknown state',
      {
        'state.db': stored({ '/state': 'testing' }),
      },
      'state.db /state: must be idle or',
    ],
    [
      'negative failures',
      {
        'state.db': stored({ '/consecutive_failures': -1 }),
      },
      'state.db /consecutive_failures: must be at least 0',
    ],
    [
      'cut off',
      { 'test.ping': absent, 'state.db': answer('{"state": "coding", "p') },
      'state.db line 1, column',
    ],
    ['no time', { 'state.db': stored({}, 'yesterday') }, 'state.db session_state.updated_at'],
    [
      'an error for an answer',
      { 'test.ping': answer('{"id":"1","type":"response","error":{"code":"INTERNAL_ERROR"}}') },
      'test.ping /result: must be object',
    ],
    ['nothing at all', { 'state.db': absent }, 'there is no state.db'],
  ])('%s is unreadable with the place', (_, documents, place) => {
    const status = parseNode('fluffy-waffle', documents)
    expect(status.liveness).toBe('unreadable')
    expect(status.livenessReason).toContain(place)
  })

  it('frames: whole ones are cut out, the rest is kept, a length nobody can mean is refused', () => {
    const one = requestFrame('1', 'test.ping')
    const two = requestFrame('2', 'session.get')
    const both = new Uint8Array([...one, ...two])
    for (let cut = 0; cut <= both.length; cut += 1) {
      const first = readFrames(both.subarray(0, cut))
      if (first.kind !== 'ok') throw new Error(first.reason)
      const second = readFrames(new Uint8Array([...first.rest, ...both.subarray(cut)]))
      if (second.kind !== 'ok') throw new Error(second.reason)
      const methods = [...first.payloads, ...second.payloads].map(
        (payload) => JSON.parse(new TextDecoder().decode(payload)).method,
      )
      expect(methods).toEqual(['test.ping', 'session.get'])
      expect(second.rest.length).toBe(0)
    }
    expect(readFrames(new Uint8Array([0xff, 0xff, 0xff, 0xff, 0x7b]))).toEqual({
      kind: 'bad',
      reason: 'frame 1 says it is 4294967295 bytes long',
    })
    expect(readFrames(new Uint8Array(4))).toEqual({ kind: 'bad', reason: 'frame 1 is empty' })
  })
})
