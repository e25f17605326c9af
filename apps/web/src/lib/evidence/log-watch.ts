import type { ApiAccess } from '../api.ts'
import { learnServerTime, serverNow } from '../server-clock.ts'
import type { Contradiction } from './contradiction.ts'
import { checkLog, contradict, type LogCheck } from './log-check.ts'
import { forgetMemory, keepMemory, readMemory, standing } from './log-memory.ts'
import { type LogView, noView } from './log-view.ts'
import { verifier } from './verifier.ts'

const everyMs = 5000

/** Watches the log of one workspace for as long as somebody listens and the page is in view. */
export interface LogWatch {
  readonly read: () => LogView
  readonly subscribe: (listener: () => void) => () => void
  /** Asks now, and judges anew what was proven before. */
  readonly check: () => Promise<void>
  /** An entry was found to be wrong: remembered, and said on every page. */
  readonly report: (met: readonly Contradiction[]) => void
  /** The reader trusts the log as it is now. */
  readonly forget: () => void
}

const watches = new Map<string | null, LogWatch>()

/** One for each workspace, whoever asks: the seal and the audit page look at the same log. */
export function logWatch(api: ApiAccess): LogWatch {
  const held = watches.get(api.workspace)
  if (held !== undefined) return held
  const watch = createLogWatch(api)
  // While the server renders, nothing of one request may be left for another.
  if (typeof window !== 'undefined') watches.set(api.workspace, watch)
  return watch
}

function createLogWatch({ client }: ApiAccess): LogWatch {
  const listeners = new Set<() => void>()
  let view = noView
  let timer: ReturnType<typeof setTimeout> | undefined
  let running: Promise<void> | null = null

  const show = (next: LogView) => {
    view = next
    for (const listener of listeners) listener()
  }
  const recall = (workspace: string) => readMemory(window.localStorage, workspace)
  const ask = async (again: boolean) => {
    try {
      // WebCrypto is there in secure contexts alone.
      if (window.isSecureContext) show(viewOf(view, await checkLog({ client, verifier, recall }, again)))
      else show({ ...view, kind: 'unable', log: await client.getLog() })
    } catch (error) {
      const why = error instanceof Error ? error.message : 'no answer'
      show({ ...view, kind: view.kind === 'contradicted' ? 'contradicted' : 'unreachable', why })
    }
  }
  const check = (again: boolean) => {
    running ??= ask(again).finally(() => {
      running = null
    })
    return running
  }
  const turn = async () => {
    clearTimeout(timer)
    if (document.visibilityState === 'visible') await check(false)
    clearTimeout(timer)
    if (listeners.size > 0 && document.visibilityState === 'visible') timer = setTimeout(turn, everyMs)
  }
  const wake = () => void turn()

  return {
    read: () => view,
    subscribe: (listener) => {
      listeners.add(listener)
      if (listeners.size === 1) {
        document.addEventListener('visibilitychange', wake)
        wake()
      }
      return () => {
        listeners.delete(listener)
        if (listeners.size > 0) return
        document.removeEventListener('visibilitychange', wake)
        clearTimeout(timer)
      }
    },
    check: () => check(true),
    report: (met) => {
      const { log, memory } = view
      if (log === null || memory === null || met.length === 0) return
      const kept = keepMemory(window.localStorage, log.workspace, contradict(memory, met, log.now))
      show({ ...view, memory: kept, kind: 'contradicted' })
    },
    forget: () => {
      if (view.log !== null) forgetMemory(window.localStorage, view.log.workspace)
      show(noView)
      wake()
    },
  }
}

function viewOf(before: LogView, { log, memory, witnessed }: LogCheck): LogView {
  learnServerTime(log.now)
  const kept = memory === null ? null : keepMemory(window.localStorage, log.workspace, memory)
  const contradicted = standing(kept).length > 0
  return {
    kind: contradicted ? 'contradicted' : log.checkpoint === null ? 'unsealed' : 'proven',
    log,
    memory: kept,
    checkedAt: serverNow(),
    witnessed: witnessed ?? before.witnessed,
    why: log.sealFailure,
  }
}
