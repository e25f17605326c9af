import { rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { fluffyKernel, frame } from '../testing/fake-runtime.ts'
import { testFolder } from '../testing/folder.ts'
import { fluffyEntry, PollRig } from '../testing/poll-rig.ts'
import { fluffyState } from '../testing/status-documents.ts'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

type Reply = Parameters<typeof fluffyKernel>[1]

const results: Readonly<Record<string, unknown>> = {
  'test.ping': { pong: true },
  'session.get': fluffyState(),
}
const answer = (method: string, id: string) => frame({ id, type: 'response', result: results[method] })
const well: Reply = (method, id) => [answer(method, id)]

/** A kernel that answers so, and one look at it. */
const lookAt = async (reply: Reply, timeoutMs = 10_000) => {
  const path = join(await testFolder(), 'kernel.sock')
  const kernel = await fluffyKernel(path, reply)
  const rig = await PollRig.open([{ ...fluffyEntry({ socket: path }), timeoutMs }])
  closing.push(async () => {
    await rig.stop()
    await kernel.close()
  })
  await rig.round()
  return { kernel, rig, path, said: [rig.liveness(), rig.reason()] }
}

describe('Fluffy Waffle by its socket', () => {
  it('asks for life and state on one connection', async () => {
    const { kernel, rig } = await lookAt(well)
    expect(rig.liveness()).toBe('running')
    expect(kernel.asked).toEqual(['test.ping', 'session.get'])
    expect(rig.posted[0]?.snapshot).toMatchObject({ machineState: { current: 'coding' }, health: 'healthy' })
  })

  it('hears its answer between events, answers to others, and in pieces or several at once', async () => {
    const event = frame({ id: 'e', type: 'event', method: 'container.state' })
    const other = frame({ id: 'cli-1', type: 'response', result: { pong: false } })
    const { rig } = await lookAt((method, id) => {
      const whole = answer(method, id)
      return [Buffer.concat([event, other, whole.subarray(0, 3)]), whole.subarray(3, 20), whole.subarray(20)]
    })
    expect(rig.liveness()).toBe('running')
  })

  it('takes no state machine for what it is', async () => {
    const { rig } = await lookAt((method, id) => [
      method === 'test.ping' ? answer(method, id) : frame({ id, type: 'response', result: null }),
    ])
    expect(rig.liveness()).toBe('running')
    expect(rig.posted[0]?.snapshot.machineState).toBeUndefined()
  })

  it.each([
    [
      'a length of 4 GiB',
      () => [Buffer.from('ffffffff7b7d', 'hex')],
      /frame 1 says it is 4294967295 bytes long/,
    ],
    ['an empty frame', () => [Buffer.alloc(4)], /frame 1 is empty/],
    ['no JSON', () => [frame('hello')], /test\.ping .*line 1/],
    [
      'another shape',
      (_: string, id: string) => [frame({ id, type: 'response', result: 'pong' })],
      /\/result/,
    ],
    [
      'a state it cannot be in',
      (method: string, id: string) => [
        method === 'test.ping'
          ? answer(method, id)
          : frame({ id, type: 'response', result: fluffyState({ state: 'testing' }) }),
      ],
      /session\.get \/result\/state/,
    ],
    [
      'a flood of events',
      (_: string, id: string) =>
        Array.from({ length: 4 }, () => frame({ id, type: 'event', pad: 'x'.repeat(900_000) })),
      /over 2 MiB/,
    ],
  ] as const)('is unreadable after %s', async (_, reply, reason) => {
    const { said } = await lookAt((method, id) => [...reply(method, id)])
    expect(said).toEqual(['unreadable', expect.stringMatching(reason)])
  })

  it('is stale after silence and stopped without a socket; a link or a file is no socket', async () => {
    let reply: Reply = well
    const { rig, path, kernel } = await lookAt((method, id) => reply(method, id), 1000)
    await rig.roundsUntil('running')
    reply = () => [Buffer.from('0000004f7b22', 'hex')]
    await rig.round(70_000)
    expect([rig.liveness(), rig.reason()]).toEqual(['stale', expect.stringContaining('timeout after 1 s')])
    await kernel.close()
    await rm(path, { force: true })
    await rig.round()
    expect(rig.liveness()).toBe('stopped')
    await writeFile(path, '')
    await rig.round()
    expect([rig.liveness(), rig.reason()]).toEqual(['unreadable', 'test.ping: not a socket'])
    await rm(path)
    await symlink('/dev/null', path)
    await rig.round()
    expect(rig.reason()).toBe('test.ping: not a socket')
  })
})
