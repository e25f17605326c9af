import { randomInt } from 'node:crypto'
import { join } from 'node:path'
import { commitment, merkle } from '@watchbill/ledger'
import { getEntryFile } from '../audit/entry-reading.ts'
import { type Connection, openConnection } from '../db/connection.ts'
import type { Database, ReadDb } from '../db/open.ts'
import { readNodes } from '../log/nodes.ts'
import { proveConsistency, proveInclusion } from '../log/proofs.ts'
import { createSampleLog, type SampleLog } from '../testing/log-samples.ts'
import { coldStartRow } from './bench-cold-start.ts'
import { samplePayload } from './bench-entries.ts'
import { type Bench, type BenchRow, cpuMicros, goalRow, plainRow, round, workspaceSql } from './bench-row.ts'
import { reverifyStored } from './bench-verify.ts'

const workspace = 'proofs'
const rounds = 1500

/**
 * Inclusion and consistency proofs as the API makes them, out of the tables; then what a file of evidence weighs. Every
 * proof measured is verified.
 */
export const benchProofs = async ({
  folder,
  path,
  database,
  sizes,
  quick,
  say,
}: Bench): Promise<BenchRow[]> => {
  const connection = openConnection({ path, busyMs: 5000 })
  connection.exec(workspaceSql(workspace))
  const log = await createSampleLog(async (sql, args) => connection.run({ sql, args }), {
    workspace,
    payloadOf: (seq) => (seq % 1000 === 0 ? samplePayload(seq) : null),
    keep: false,
  })
  const db = database.dbFor(workspace)
  const small = join(folder, 'small.db')
  const measured: Measured[] = []
  for (const size of sizes) {
    say(`growing the log to ${size.toLocaleString('en')} entries`)
    await grow(connection, log, size)
    measured.push(await measure(db, size, merkle.rootOf(log.frontier())))
    if (size !== sizes[0]) continue
    connection.run({ sql: 'VACUUM INTO ?', args: [small] })
  }
  const evidence = await weighEvidence(database, log)
  say('verifying every stored entry again')
  const stored = reverifyStored(connection, workspace, merkle.rootOf(log.frontier()))
  say('opening the smallest and the largest in turn')
  const cold = await coldStartRow({ small, large: path, workspace, rounds: quick ? 5 : 25 })
  connection.close()
  return [...measured.flatMap(rowsOf), growthRow(measured), evidence, stored, cold]
}

const grow = async (connection: Connection, log: SampleLog, size: number): Promise<void> => {
  while (log.frontier().size < size) {
    connection.exec('BEGIN IMMEDIATE')
    await log.append(Math.min(10_000, size - log.frontier().size))
    connection.exec('COMMIT')
  }
}

interface Measured {
  readonly size: number
  /** Sorted, ms; nothing in memory but what SQLite itself keeps. */
  readonly cold: readonly number[]
  /** The same as processor time, on average: what else the machine does at the time leaves it alone. */
  readonly cpuMs: number
  /** Sorted, ms; upper tiles in memory, as in a server that was asked before. */
  readonly warm: readonly number[]
  readonly consistency: readonly number[]
  readonly hashes: number
}

const measure = async (db: ReadDb, size: number, root: Uint8Array): Promise<Measured> => {
  let hashes = 0
  const inclusion = async (reader: ReadDb) => {
    const index = randomInt(size)
    const started = performance.now()
    const path = await proveInclusion(reader, workspace, index, size)
    const ms = performance.now() - started
    const leaf = (await readNodes(reader, workspace, size, [{ level: 0, index }]))({ level: 0, index })
    if (!merkle.checkInclusion(leaf, index, size, path, root)) throw new Error(`leaf ${index} is not proven`)
    hashes = Math.max(hashes, path.length)
    return ms
  }
  // Tiles in memory belong to the reader they were read with: a new object has none.
  const used = process.cpuUsage()
  const cold = await times(() => inclusion({ ...db }))
  const cpuMs = cpuMicros(used) / 1000 / rounds
  const warm = await times(() => inclusion(db))
  const consistency = await times(async () => {
    const started = performance.now()
    await proveConsistency({ ...db }, workspace, 1 + randomInt(size - 1), size)
    return performance.now() - started
  })
  return { size, cold, cpuMs, warm, consistency, hashes }
}

const times = async (once: () => Promise<number>): Promise<number[]> => {
  const all: number[] = []
  for (let round = 0; round < rounds; round += 1) all.push(await once())
  // The first ones pay for the compiler.
  return all.slice(rounds / 10).sort((a, b) => a - b)
}

const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN

const rowsOf = ({ size, cold, warm, consistency, hashes }: Measured): BenchRow[] => {
  const p50 = round(at(warm, 0.5))
  const detail = `p99 ${round(at(warm, 0.99))} ms; with no tile in memory p50 ${round(at(cold, 0.5))} ms; ${hashes} hashes at most; all verified`
  return [
    goalRow(`inclusion proof p50 at ${size}`, p50, 'ms', ['<=', 1], detail),
    plainRow(
      `consistency proof p50 at ${size}`,
      at(consistency, 0.5),
      'ms',
      `p99 ${round(at(consistency, 0.99))} ms`,
    ),
  ]
}

/** O(log n): the time may grow as the logarithm does, twice that for tiles that happen to be full. */
const growthRow = (measured: readonly Measured[]): BenchRow => {
  const [small, large] = [measured[0], measured.at(-1)]
  const ratio = small && large ? round(large.cpuMs / small.cpuMs) : Number.NaN
  const most = small && large ? round((2 * Math.log2(large.size)) / Math.log2(small.size)) : Number.NaN
  return goalRow(
    'inclusion proof growth',
    ratio,
    'x',
    ['<=', most],
    `processor time at ${large?.size} over ${small?.size}, no tile in memory; twice the ratio of their logarithms is allowed`,
  )
}

const weighEvidence = async (database: Database, log: SampleLog): Promise<BenchRow> => {
  const size = log.frontier().size
  await log.checkpoint()
  const seq = Math.floor((size - 1) / 2000) * 1000
  const actor = { kind: 'key', id: 'key_bench' } as const
  const file = await getEntryFile(database, { workspace, actor }, seq, false)
  const bytes = new TextEncoder().encode(file).length
  const payload = commitment.commitPayload(samplePayload(seq), new Uint8Array(32)).members.length
  return goalRow(
    'evidence of one entry',
    bytes,
    'B',
    ['<=', 2500],
    `entry ${seq} of ${size}, ${payload} members shown, one signature; a witness adds about 130 B`,
  )
}
