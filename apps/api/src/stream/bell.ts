/** In-process wake-up for streams; across processes they poll the journal instead. */
export interface ChangeBell {
  ring(workspace: string): void
  /** How often this workspace rang so far: read it before the journal, and no ring goes unnoticed before `wait`. */
  rings(workspace: string): number
  /** Resolves at the next ring of this workspace, after `timeoutMs`, or when the signal aborts. Never rejects. */
  wait(workspace: string, timeoutMs: number, signal?: AbortSignal): Promise<void>
}

/** Rings when any log grew; `logRingsOf` when one did. No workspace is called like that. */
export const logRings = 'log *'
export const logRingsOf = (workspace: string): string => `log ${workspace}`

export const createBell = (): ChangeBell => {
  const waiting = new Map<string, Set<() => void>>()
  const counts = new Map<string, number>()
  return {
    rings: (workspace) => counts.get(workspace) ?? 0,
    ring(workspace) {
      counts.set(workspace, (counts.get(workspace) ?? 0) + 1)
      const set = waiting.get(workspace)
      waiting.delete(workspace)
      for (const wake of set ?? []) wake()
    },
    wait(workspace, timeoutMs, signal) {
      return new Promise((resolve) => {
        const wake = () => {
          clearTimeout(timer)
          signal?.removeEventListener('abort', wake)
          waiting.get(workspace)?.delete(wake)
          resolve()
        }
        const timer = setTimeout(wake, timeoutMs)
        signal?.addEventListener('abort', wake)
        const set = waiting.get(workspace) ?? new Set()
        waiting.set(workspace, set.add(wake))
        if (signal?.aborted) wake()
      })
    },
  }
}
