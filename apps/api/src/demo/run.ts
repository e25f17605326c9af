import { Fault } from '@watchbill/contract/fault'
import { instant } from '../identity/instant.ts'
import { pause } from '../pause.ts'
import { castOf } from './cast.ts'
import { type DemoFeed, demoTtlMs, feedDemo, postPresent, putMachines } from './feed.ts'
import { createDemoProducers } from './producers.ts'
import { createRandom } from './random.ts'
import { snapshotAt } from './story.ts'

export interface DemoRun extends Omit<DemoFeed, 'now'> {
  /** The clock, ms. */
  readonly now: () => number
  /** Ends the run. */
  readonly signal: AbortSignal
  /** Called when the server refused or was away; the run goes on. */
  readonly onError?: (error: unknown) => void
  /** Pause between steps, ms. */
  readonly stepMs?: number
}

const heartbeatMs = 30_000
const busyPerStep = 3

/** Feeds the demo, then keeps it alive until the signal aborts or the demo is deleted: heartbeats for all, progress for a few at a time. */
export const runDemo = async (run: DemoRun): Promise<void> => {
  const { client, seed, now, signal, stepMs = 2000 } = run
  const { machines, agents } = castOf(seed)
  const anchor = now()
  const producers = createDemoProducers({ ...run, anchor })
  let beatAt = Number.NEGATIVE_INFINITY
  let fed = false
  for (let step = 0; !signal.aborted; step += 1) {
    try {
      if (!fed) await feedDemo({ ...run, now: anchor }, producers)
      if (!fed) beatAt = anchor
      fed = true
      if (now() - beatAt >= heartbeatMs) {
        beatAt = now()
        await putMachines(client, machines, beatAt)
        await postPresent(client, agents, seed, anchor, beatAt)
      }
      await postProgress(run, agents, anchor, step)
      await producers.tell(client, now())
    } catch (error) {
      if (isDeleted(error)) return
      if (!signal.aborted) run.onError?.(error)
    }
    await pause(stepMs, signal)
  }
}

/** The workspace was deleted, and this feed's key with it: nobody wants the demo any more. */
const isDeleted = (error: unknown) => error instanceof Fault && error.code === 'unauthenticated'

/** A few agents say where they are, as they would between two heartbeats. */
const postProgress = async (
  { client, seed, now }: DemoRun,
  agents: ReturnType<typeof castOf>['agents'],
  anchor: number,
  step: number,
): Promise<void> => {
  const random = createRandom(`${seed} progress ${step}`)
  const live = agents.filter(({ machine, off }) => !machine.silent && !off)
  const chosen = new Set(
    Array.from({ length: busyPerStep }, () => live[random.between(0, live.length - 1)]).filter(
      (agent) => agent !== undefined,
    ),
  )
  const scene = { seed, anchor, at: now(), ttlMs: demoTtlMs }
  const snapshots = [...chosen].map((agent) => snapshotAt(agent, scene))
  await client.postSnapshots({ body: { sentAt: instant(scene.at), snapshots } })
}
