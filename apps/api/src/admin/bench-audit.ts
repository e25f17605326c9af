import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { readEntriesAt } from '../audit/entries-store.ts'
import { catchUp, type IndexDeps } from '../audit-index/follower.ts'
import { countFacets } from '../audit-search/facets.ts'
import { drawHistogram } from '../audit-search/histogram.ts'
import { findEntries, searchEntries } from '../audit-search/list.ts'
import { type Connection, openConnection } from '../db/connection.ts'
import { createSampleLog } from '../testing/log-samples.ts'
import {
  type Bench,
  type BenchRow,
  cpuMicros,
  goalRow,
  median,
  plainRow,
  round,
  workspaceSql,
} from './bench-row.ts'
import { servedDatabase } from './bench-server.ts'
import { benchTail } from './bench-tail.ts'
import { questions, worldHeader, worldNow, worldPayload } from './bench-world.ts'

/** The one a server serves unless told otherwise, so that it can go on with this log. */
const workspace = 'default'

/** `log` measures nothing: it only makes what the others and `served` are about. */
export const auditParts = ['questions', 'tail', 'log'] as const
type AuditPart = (typeof auditParts)[number]

/**
 * Questions to a seeded log at every size (pages against the same rows read bare, then what a page of the dashboard asks at
 * once), and at its full size what comes after it, as it is told. `served`: a folder where a server finds the log afterwards.
 */
export const benchAudit = async (
  { folder, path, database, sizes, quick, say }: Bench,
  parts: readonly AuditPart[],
  served: string | null,
): Promise<BenchRow[]> => {
  const connection = openConnection({ path, busyMs: 5000 })
  connection.exec(workspaceSql(workspace))
  const most = sizes.at(-1) ?? 0
  const log = await createSampleLog(async (sql, args) => connection.run({ sql, args }), {
    workspace,
    payloadOf: worldPayload,
    headerOf: worldHeader(most),
    keep: false,
  })
  const deps: IndexDeps = { ...database, config }
  const rows: BenchRow[] = []
  const measured: Measured[] = []
  const asking = parts.includes('questions')
  for (const size of asking ? sizes : [most]) {
    say(`growing the log to ${size.toLocaleString('en')} entries`)
    const before = log.frontier().size
    while (log.frontier().size < size)
      await grow(connection, log, Math.min(10_000, size - log.frontier().size))
    const built = await build(deps, size - before)
    rows.push(
      plainRow(`index built to ${size}`, built, 'entries/s', 'of one process, batches of 4096; wall clock'),
    )
    if (!asking) continue
    say(`asking ${size.toLocaleString('en')} entries`)
    measured.push({ size, ...(await ask(deps, most, quick ? 3 : 15)) })
  }
  const weight = bytesPerEntry(connection, most)
  const home = served ?? folder
  const tailing = parts.includes('tail')
  if (tailing || served !== null) copyTo(connection, home)
  connection.close()
  return [
    ...measured.flatMap((one) => rowsOf(one, one.size === most)),
    ...(asking ? [...rows, growthRow(measured), weight] : []),
    ...(tailing ? await benchTail({ folder: home, entries: most, quick, say }) : []),
  ]
}

/** As one file, where `startServer` looks for it. */
const copyTo = (connection: Connection, folder: string): void => {
  mkdirSync(join(folder, 'served'), { recursive: true })
  connection.run({ sql: 'VACUUM INTO ?', args: [servedDatabase(folder)] })
}

const config: IndexDeps['config'] = {
  publicUrl: 'http://watchbill.test',
  allowedHosts: [],
  version: '0.0.0',
  releaseId: 'bench',
  runtime: 'node',
  cronSecret: null,
}

const grow = async (
  connection: Connection,
  log: Awaited<ReturnType<typeof createSampleLog>>,
  count: number,
): Promise<void> => {
  connection.exec('BEGIN IMMEDIATE')
  await log.append(count)
  connection.exec('COMMIT')
}

const build = async (deps: IndexDeps, count: number): Promise<number> => {
  const started = performance.now()
  for (;;) {
    const { indexed, size } = await catchUp(deps, workspace, 1000)
    if (indexed === size) return count / ((performance.now() - started) / 1000)
  }
}

interface Measured {
  readonly size: number
  /** From the text of a query to its rows, over the same rows read by their places with one SELECT; all questions and rounds. */
  readonly ratios: readonly number[]
  readonly pageMs: readonly number[]
  /** Entries, facets and histogram of one question together, ms. */
  readonly togetherMs: readonly number[]
  readonly cpuMs: number
  readonly slowest: string
}

const ask = async (deps: IndexDeps, most: number, rounds: number): Promise<Omit<Measured, 'size'>> => {
  const ratios: number[] = []
  const pageMs: number[] = []
  const togetherMs: number[] = []
  let slowest = { ms: 0, q: '' }
  const used = process.cpuUsage()
  let asked = 0
  for (let turn = 0; turn < rounds; turn += 1) {
    for (const q of questions(most)) {
      const find = () => findEntries(deps, workspace, { q, limit: '50' }, worldNow)
      // Once untimed: what stands in SQLite's own memory then is the same for both.
      const seqs = (await find()).rows.map(({ seq }) => seq)
      const bare = await timed(() => readEntriesAt(deps.dbFor(workspace), workspace, seqs))
      const page = await timed(find)
      const together = await timed(() =>
        Promise.all([
          searchEntries(deps, workspace, { q, limit: '50' }, worldNow),
          countFacets(deps, workspace, q, worldNow),
          drawHistogram(deps, workspace, { q }, worldNow),
        ]),
      )
      asked += 1
      // The first turn pays for the compiler.
      if (turn === 0 && rounds > 1) continue
      if (seqs.length > 0) ratios.push(page.ms / bare.ms)
      pageMs.push(page.ms)
      togetherMs.push(together.ms)
      if (together.ms > slowest.ms) slowest = { ms: together.ms, q }
    }
  }
  const cpuMs = cpuMicros(used) / 1000 / asked
  return {
    ratios,
    pageMs,
    togetherMs,
    cpuMs,
    slowest: `${slowest.q || 'everything'} (${round(slowest.ms)} ms)`,
  }
}

const timed = async <T>(work: () => Promise<T>): Promise<{ value: T; ms: number }> => {
  const started = performance.now()
  const value = await work()
  return { value, ms: performance.now() - started }
}

const share = (values: readonly number[], part: number): number =>
  [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * part))] ??
  Number.NaN

const rowsOf = ({ size, ratios, pageMs, togetherMs, slowest }: Measured, last: boolean): BenchRow[] => {
  const detail = `p50 ${round(median(pageMs))} ms, p95 ${round(share(pageMs, 0.95))} ms from the text of a query to 50 rows; 14 questions in turn`
  const both = `p50 ${round(median(togetherMs))} ms; slowest: ${slowest}`
  const p95 = share(togetherMs, 0.95)
  return last
    ? [
        goalRow(`page over bare SQLite, p50 at ${size}`, median(ratios), 'x', ['<=', 2], detail),
        goalRow(`entries + facets + histogram p95 at ${size}`, p95, 'ms', ['<=', 300], both),
      ]
    : [
        plainRow(`page over bare SQLite, p50 at ${size}`, median(ratios), 'x', detail),
        plainRow(`entries + facets + histogram p95 at ${size}`, p95, 'ms', both),
      ]
}

const growthRow = (measured: readonly Measured[]): BenchRow => {
  const [small, large] = [measured[0], measured.at(-1)]
  const pages = small && large ? median(large.pageMs) / median(small.pageMs) : Number.NaN
  const together = small && large ? median(large.togetherMs) / median(small.togetherMs) : Number.NaN
  return plainRow(
    'growth of a page, p50',
    pages,
    'x',
    `${large?.size} entries over ${small?.size}; all three together ${round(together)}x`,
  )
}

const bytesPerEntry = (connection: Connection, entries: number): BenchRow => {
  const size = (pattern: string) => {
    const { rows } = connection.run({
      sql: 'SELECT sum(pgsize) AS size FROM dbstat WHERE name GLOB ?',
      args: [pattern],
    })
    return Number(rows[0]?.size ?? 0) / entries
  }
  const [columns, text] = [size('audit_columns*'), size('audit_text*')]
  return plainRow(
    'index of an entry',
    columns + text,
    'B',
    `columns ${round(columns)} B, words ${round(text)} B`,
  )
}
