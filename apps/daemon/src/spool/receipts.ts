import type { Run } from './entry-records.ts'

/** Receipts this close together are kept as one, ms: their age is that of the first. */
const togetherMs = 1000
/** And where there are this many, since nothing was proven for long, age matters less than room. */
const mostRuns = 1000

/** Where the control plane says it put entries that are not proven yet; in the order of the chain, without a gap. */
export class Receipts {
  #runs: Run[] = []

  get runs(): readonly Run[] {
    return this.#runs
  }

  replace(runs: readonly Run[]): void {
    this.#runs = [...runs]
  }

  add(run: Run): void {
    const last = this.#runs.at(-1)
    const together =
      last !== undefined && (run.atMs - last.atMs < togetherMs || this.#runs.length >= mostRuns)
    if (last !== undefined && together && follows(last, run))
      this.#runs.splice(-1, 1, { ...last, count: last.count + run.count })
    else this.#runs.push(run)
  }

  /** Number of the first entry that is said to stand at `size` or behind it; null when none is. */
  firstBeyond(size: number): number | null {
    const run = this.#runs.find(({ seq, count }) => seq + count > size)
    return run === undefined ? null : run.pseq + Math.max(0, size - run.seq)
  }

  /** Forgets those of entries before `pseq`: proven. */
  dropBefore(pseq: number): void {
    this.#runs = this.#runs.flatMap((run) => {
      const gone = Math.max(0, pseq - run.pseq)
      if (gone >= run.count) return []
      return [{ ...run, pseq: run.pseq + gone, seq: run.seq + gone, count: run.count - gone }]
    })
  }

  /** Forgets those of entries from `pseq` on: to be sent again. */
  cutFrom(pseq: number): void {
    this.#runs = this.#runs.flatMap((run) => {
      const count = Math.min(run.count, pseq - run.pseq)
      return count <= 0 ? [] : [{ ...run, count }]
    })
  }
}

const follows = (before: Run, after: Run): boolean =>
  before.pseq + before.count === after.pseq && before.seq + before.count === after.seq
