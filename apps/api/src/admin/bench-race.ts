import { cpuMicros, median } from './bench-row.ts'

export interface Contestant {
  readonly name: string
  /** Entries of one call of `once`, which returns when they are on the disk. */
  readonly batch: number
  readonly once: () => void
}

/** Entries a second, by round. */
export interface Rates {
  readonly wall: readonly number[]
  /** Per second of processor time. */
  readonly cpu: readonly number[]
}

export type RatesOf = (name: string) => Rates

/**
 * Everybody in turn within every round, so that whatever else the machine does harms all alike. The first round warms up
 * and is not counted.
 */
export const race = async (
  contestants: readonly Contestant[],
  { rounds, turnMs }: { rounds: number; turnMs: number },
): Promise<RatesOf> => {
  const rates = new Map(contestants.map(({ name }) => [name, { wall: [] as number[], cpu: [] as number[] }]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, batch, once } of contestants) {
      const started = performance.now()
      const used = process.cpuUsage()
      let count = 0
      for (; performance.now() - started < turnMs; count += batch) once()
      const [ms, micros] = [performance.now() - started, cpuMicros(used)]
      if (round > 0) {
        rates.get(name)?.wall.push((count * 1000) / ms)
        rates.get(name)?.cpu.push((count * 1e6) / micros)
      }
      // Native memory of the binding is given back between turns of the event loop.
      await new Promise((resolve) => setImmediate(resolve))
    }
  }
  return (name) => rates.get(name) ?? { wall: [], cpu: [] }
}

/** Median of the ratios within each round. */
export const ratioOf = (rates: RatesOf, one: string, over: string, clock: keyof Rates): number =>
  median(rates(one)[clock].map((rate, round) => rate / (rates(over)[clock][round] ?? Number.NaN)))
