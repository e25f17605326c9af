import type { Database } from '../db/open.ts'

/** One figure of a bench; `pass` is null where there is no goal. */
export interface BenchRow {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly goal: string | null
  readonly pass: boolean | null
  readonly detail: string
}

export interface Bench {
  /** An empty folder of its own, on the disk to measure. */
  readonly folder: string
  /** A migrated local database in it. */
  readonly path: string
  readonly database: Database
  /** Numbers of entries to measure at, ascending. */
  readonly sizes: readonly number[]
  /** Shorter turns: to see that it runs, not to believe the figures. */
  readonly quick: boolean
  readonly say: (line: string) => void
}

/** A row with a bound: at least, or at most. */
export const goalRow = (
  name: string,
  value: number,
  unit: string,
  goal: readonly ['>=' | '<=', number],
  detail: string,
): BenchRow => {
  const [sign, bound] = goal
  const rounded = round(value)
  const pass = sign === '>=' ? rounded >= bound : rounded <= bound
  return { name, value: rounded, unit, goal: `${sign} ${bound}`, pass, detail }
}

/** A figure that nothing is asked of. */
export const plainRow = (name: string, value: number, unit: string, detail: string): BenchRow => ({
  name,
  value: round(value),
  unit,
  goal: null,
  pass: null,
  detail,
})

/** Whole numbers from a thousand on, else three digits behind the point. */
export const round = (value: number): number =>
  value >= 1000 ? Math.round(value) : Math.round(value * 1000) / 1000

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Processor time of this process since `before`, µs. */
export const cpuMicros = (before: NodeJS.CpuUsage): number => {
  const { user, system } = process.cpuUsage(before)
  return user + system
}

export const workspaceSql = (id: string): string =>
  `INSERT INTO workspaces (id, name, kind, created_at) VALUES ('${id}', 'Bench', 'real', 0)`
