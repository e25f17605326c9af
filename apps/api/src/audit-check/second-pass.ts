import { type Frontier, merkle } from '@watchbill/ledger'
import type { ReadEntry } from './chain-pass.ts'
import type { Findings } from './findings.ts'
import type { HeadRows } from './rows.ts'

/** What the second place holds of one log: where its backups do not reach. */
export interface Anchored {
  /** Null when it holds nothing of this log. */
  readonly newest: {
    readonly origin: string
    readonly epoch: number
    readonly size: number
    readonly root: Uint8Array
  } | null
  /** Leaves of erased entries by place. */
  readonly erased: ReadonlyMap<number, Uint8Array>
}

/** Holds the log against the newest tree that was signed, wherever the database itself was taken since. */
export const createSecondPass = (head: HeadRows, anchored: Anchored | null, findings: Findings) => {
  let agrees = true
  const newest = anchored?.newest ?? null
  const contradict = (kind: string, place: string, detail: string): void => {
    agrees = false
    findings.add(kind, place, detail)
  }
  return {
    agrees: () => agrees,
    entry({ row, leaf }: ReadEntry): void {
      const erased = anchored?.erased.get(row.seq)
      if (erased !== undefined && row.opened !== null && merkle.sameHash(erased, leaf))
        contradict('second.erased', `entry ${row.seq}`, 'the second place says it was erased, and it is here')
    },
    reached(frontier: Frontier): void {
      if (newest === null || newest.size !== frontier.size) return
      if (!merkle.sameHash(merkle.rootOf(frontier), newest.root))
        contradict('second.root', `size ${newest.size}`, 'another tree of this size was signed')
    },
    end(): void {
      if (newest === null) return
      if (newest.size > head.size)
        contradict('second.size', `size ${newest.size}`, `that was signed, and the log ends at ${head.size}`)
      if (newest.epoch !== head.epoch || newest.origin !== head.origin)
        contradict(
          'second.origin',
          `epoch ${newest.epoch}`,
          `${newest.origin} was signed, the head is another`,
        )
    },
  }
}
