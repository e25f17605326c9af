import type { Client } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import { beforeEach, describe, expect, test } from 'vitest'
import { SmallLog } from '../../testdata/small-log.ts'
import { checkLog, type LogCheck } from './log-check.ts'
import { forgetMemory, keepMemory, readMemory, standing } from './log-memory.ts'
import type { Log } from './prove-checkpoint.ts'
import { verdicts } from './verdicts.ts'

const now = '2026-11-20T10:00:00.000Z'
const held = new Map<string, string>()
const store = {
  getItem: (name: string) => held.get(name) ?? null,
  setItem: (name: string, value: string) => void held.set(name, value),
  removeItem: (name: string) => void held.delete(name),
}
beforeEach(() => held.clear())

/** Answers as the API does, out of a log in memory, sealed at `sealed`. */
const serve = (log: SmallLog, sealed = log.leaves.length, over: Partial<Log> = {}) => {
  const getLog = async (): Promise<Log> => ({
    workspace: 'default',
    origin: log.origin,
    epoch: 0,
    size: log.leaves.length,
    checkpoint: sealed === 0 ? null : { note: await log.note(sealed), size: sealed, signedAt: now },
    sealFailure: null,
    published: false,
    keys: [{ vkey: log.signer.key.text, epoch: 0, addedAt: now, addedSeq: null, retiredSize: null }],
    epochs: [],
    witnesses: [],
    now,
    ...over,
  })
  const getConsistency: Client['getConsistency'] = async (args) => {
    const [from, to] = [Number(args?.query?.from), Number(args?.query?.to)]
    if (to > log.leaves.length) throw new Fault('conflict', 'not that long')
    return { from, to, hashes: log.consistency(from, to) }
  }
  const none = async () => {
    throw new Fault('not_found', 'not asked for')
  }
  return { getLog, getConsistency, getRangeProof: none, getEntry: none }
}

/** One look at the log, remembered as the page does. */
const look = async (client: ReturnType<typeof serve>): Promise<LogCheck> => {
  const recall = (workspace: string) => readMemory(store, workspace)
  const check = await checkLog({ client, verifier: verdicts, recall })
  if (check.memory !== null) keepMemory(store, 'default', check.memory)
  return check
}
const kinds = () => readMemory(store, 'default')?.contradictions.map(({ kind }) => kind)

describe('a browser that comes back', () => {
  test('follows a log that grows', async () => {
    const log = (await SmallLog.create()).grow(3)
    await look(serve(log))
    log.grow(5)
    await look(serve(log))
    expect(readMemory(store, 'default')).toMatchObject({ size: 8, root: log.root(), contradictions: [] })
  })

  test('remembers nothing of a log without a checkpoint', async () => {
    await look(serve((await SmallLog.create()).grow(3), 0))
    expect(readMemory(store, 'default')).toBeNull()
  })

  test('is warned of a log that was rolled back, and stays warned when it grows past that again', async () => {
    const log = (await SmallLog.create()).grow(9)
    await look(serve(log))
    const older = (await SmallLog.create()).grow(4)
    await look(serve(older))
    expect(kinds()).toEqual(['shrunk'])
    expect(readMemory(store, 'default')?.size).toBe(9)
    older.append('signin.ended', {}).grow(9)
    await look(serve(older))
    expect(kinds()).toEqual(['shrunk', 'history'])
    log.grow(3)
    await look(serve(log))
    expect(kinds()).toEqual(['shrunk', 'history'])
  })

  test('asks again before it calls a log shorter: the first answer may have been under way', async () => {
    const log = (await SmallLog.create()).grow(9)
    await look(serve(log))
    const [late, now] = [serve(log, 5), serve(log)]
    let asked = 0
    await look({ ...now, getLog: () => (asked++ === 0 ? late : now).getLog() })
    expect(kinds()).toEqual([])
    expect(asked).toBe(2)
  })

  test('is warned where the server refuses the proof, but not where it does not answer', async () => {
    const log = (await SmallLog.create()).grow(3)
    await look(serve(log))
    log.grow(2)
    const client = serve(log)
    const failing = (code: 'conflict' | 'unavailable') => ({
      ...client,
      getConsistency: async () => {
        throw new Fault(code, 'no')
      },
    })
    await expect(look(failing('unavailable'))).rejects.toThrow('no')
    expect(kinds()).toEqual([])
    await look(failing('conflict'))
    expect(kinds()).toEqual(['history'])
  })

  /** A log of nine whose backup of four came back, as the browser meets it. */
  const restored = async () => {
    const log = (await SmallLog.create()).grow(9)
    await look(serve(log))
    const backup = (await SmallLog.create()).grow(4)
    const next = (await SmallLog.create(`${log.origin}/1`)).grow(4).append('log.continued', {})
    const bare = { oldSize: null, oldRoot: null, beganAt: now }
    const epochs = [
      { ...bare, epoch: 0, origin: log.origin, size: 0, oldOrigin: null },
      {
        ...bare,
        epoch: 1,
        origin: next.origin,
        size: 4,
        oldOrigin: log.origin,
        oldSize: 9,
        oldRoot: log.root(),
      },
    ]
    const later = '2026-11-20T11:00:00.000Z'
    return { log, backup, next, epochs, later }
  }

  test('has a restore that is owned up to explain what it met before, for the record, and nothing after', async () => {
    const { backup, next, epochs, later } = await restored()
    await look(serve(backup))
    expect(standing(readMemory(store, 'default'))).toMatchObject([{ kind: 'shrunk', place: 'checkpoint 4' }])
    const stale = readMemory(store, 'default')
    await look(serve(next, 5, { epochs, now: later }))
    const lost = [{ from: 4, to: 9, at: later }]
    const record = [{ kind: 'shrunk', place: 'checkpoint 4', at: now, explained: lost[0] }]
    expect(readMemory(store, 'default')).toMatchObject({ size: 5, lost, contradictions: record })
    expect(standing(readMemory(store, 'default'))).toEqual([])
    // What another tab had learnt before takes nothing back; the same once more is another matter.
    if (stale !== null) keepMemory(store, 'default', { ...stale, origin: next.origin, size: 1 })
    expect(standing(readMemory(store, 'default'))).toEqual([])
    await look(serve(next, 4, { epochs, now: '2026-11-20T12:00:00.000Z' }))
    expect(standing(readMemory(store, 'default'))).toMatchObject([{ kind: 'shrunk', place: 'checkpoint 4' }])
    expect(kinds()).toEqual(['shrunk', 'shrunk'])
  })

  test('waits for the first checkpoint of an epoch that is announced, and has nothing else explained', async () => {
    const { log, backup, next, epochs, later } = await restored()
    await look(serve(backup, 4, { origin: next.origin, epochs }))
    expect(kinds()).toEqual([])
    // Shorter still than the restore says it kept.
    await look(serve(backup, 3))
    await look(serve((await SmallLog.create()).append('signin.ended', {}).grow(8)))
    await look(serve(next, 5, { epochs, now: later }))
    expect(standing(readMemory(store, 'default')).map(({ kind }) => kind)).toEqual(['shrunk', 'history'])
    expect(readMemory(store, 'default')).toMatchObject({
      origin: `${log.origin}/1`,
      lost: [{ from: 4, to: 9 }],
    })
  })

  test('starts over only when its reader says so', async () => {
    await look(serve((await SmallLog.create()).grow(4)))
    const other = (await SmallLog.create('other.test/log/default')).grow(6)
    await look(serve(other))
    expect(kinds()).toEqual(['origin'])
    forgetMemory(store, 'default')
    await look(serve(other))
    expect(readMemory(store, 'default')).toMatchObject({ origin: other.origin, size: 6, contradictions: [] })
  })
})

test('what is no memory is none', () => {
  for (const text of ['', '{', 'null', '[]', '{"v":1}', '{"v":2,"origin":"x"}']) {
    held.set('watchbill.log.default', text)
    expect(readMemory(store, 'default')).toBeNull()
  }
})
