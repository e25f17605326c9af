import { randomBytes } from 'node:crypto'
import { openDatabase } from '../db/open.ts'
import { type BenchRow, goalRow, median } from './bench-row.ts'

export interface ColdStart {
  /** Two databases with a log of the same name: one short, one long. */
  readonly small: string
  readonly large: string
  readonly workspace: string
  readonly rounds: number
}

/** From nothing open to the first entry acknowledged, on a short log and a long one in turn. */
export const coldStartRow = async ({ small, large, workspace, rounds }: ColdStart): Promise<BenchRow> => {
  const ratios: number[] = []
  const all: number[] = []
  for (let round = 0; round <= rounds; round += 1) {
    const [first, second] = [await startOnce(small, workspace), await startOnce(large, workspace)]
    if (round === 0) continue
    ratios.push(second / first)
    all.push(second)
  }
  const detail = `open and first append, the longest log over the shortest; there ${median(all).toFixed(1)} ms`
  return goalRow('cold start', median(ratios), 'x', ['<=', 1.2], detail)
}

/** ms */
const startOnce = async (path: string, workspace: string): Promise<number> => {
  const started = performance.now()
  const database = await openDatabase({ url: `file:${path}`, now: Date.now, randomBytes })
  const actor = { kind: 'installation', id: 'bench' } as const
  await database.record({ type: 'key.revoked', workspace, actor, data: { key: 'key_bench' } })
  const ms = performance.now() - started
  await database.close()
  return ms
}
