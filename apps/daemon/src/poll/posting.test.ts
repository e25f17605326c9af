import { describe, expect, it } from 'vitest'
import { httpEntry, PollRig } from '../testing/poll-rig.ts'
import { openVak } from '../testing/status-documents.ts'

describe('what is posted', () => {
  it('tells news at once, figures every 20 s, and that it lives in between; times always grow', async () => {
    const vak = await openVak()
    const rig = await PollRig.open([httpEntry('vak', vak.url)])
    for (let round = 0; round < 5; round++) await rig.round(10_000)
    expect(rig.posted.map(({ weight }) => weight)).toEqual(['state', 'heartbeat', 'heartbeat'])
    vak.routes.set('/metrics', { type: 'text/plain', body: 'vak_active_agents 4\n' })
    await rig.round(20_000)
    expect(rig.posted.at(-1)?.weight).toBe('progress')
    vak.routes.set('/ready', {
      status: 503,
      body: { status: 'notready', reason: 'x', not_ready_components: [] },
    })
    await rig.round(0)
    expect(rig.posted.at(-1)?.weight).toBe('state')
    const times = rig.posted.map(({ snapshot }) => snapshot.observedAt)
    expect(times).toEqual([...new Set(times)].sort())
  })

  it('says everything again after a snapshot that could not be kept or was dropped later', async () => {
    const vak = await openVak()
    let full = true
    const kept: string[] = []
    const rig = await PollRig.open([httpEntry('vak', vak.url)], {
      post: async ({ weight }) => {
        if (full) throw new Error('ENOSPC')
        kept.push(weight)
      },
    })
    await rig.round()
    expect(rig.lines).toContainEqual({ event: 'poll.failed', name: 'vak', reason: 'ENOSPC' })
    full = false
    await rig.round(0)
    expect(kept).toEqual(['state'])
    rig.pollers.sayAgain()
    await rig.round(0)
    expect(kept).toEqual(['state', 'state'])
  })

  it('ends a request in flight when told to stop', async () => {
    const vak = await openVak()
    vak.mood = 'hanging'
    const rig = await PollRig.open([{ ...httpEntry('vak', vak.url), timeoutMs: 60_000 }], {
      wait: async () => {},
    })
    while (vak.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 5))
    await rig.stop()
    expect(rig.posted).toEqual([])
  })
})
