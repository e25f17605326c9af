import type { Gathered } from '@watchbill/runtimes'

export interface Ask {
  readonly nowMs: number
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** Where one runtime's documents come from. One question at a time; it never throws. */
export interface Source {
  /** What tells this runtime from others of its kind on this machine; stays on it. */
  readonly address: string
  /** By document name; one that was not asked for is left out. */
  gather(ask: Ask): Promise<Record<string, Gathered>>
}
