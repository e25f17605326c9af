import type { Check } from '@watchbill/contract/probes'
import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'
import { outcomeOf } from '../seal/status.ts'
import { listLogs } from '../seal/store.ts'
import { within } from './within.ts'

/** The checks of /readyz, in order. The names are public: people put them into probes and alerts. */
export const checkNames = ['database', 'migrations', 'journal', 'writes', 'sealing'] as const
type CheckName = (typeof checkNames)[number]

/** What one look at one check found. */
type Finding = Pick<Check, 'status' | 'reason' | 'observed' | 'unit' | 'threshold'>

type Probe = () => Promise<Finding>

const patienceMs = 1000
const writeEveryMs = 5000
const mostHanging = 12

/** Looks at every check at once; settles within about a second and never rejects. Ages are 0: they begin here. */
export const createLookout = (deps: Deps): (() => Promise<Check[]>) => {
  const probes = createProbes(deps)
  return () => lookAtAll(probes)
}

const lookAtAll = async (probes: Record<CheckName, Probe>): Promise<Check[]> => {
  const found = await Promise.all(checkNames.map((name) => lookAt(probes[name])))
  const away = found[0]?.status === 'fail'
  return checkNames.map((name, index) => {
    const finding = found[index] ?? failure('not looked at')
    const told = away && name !== 'database' ? failure('the database is away') : finding
    return { name, ageMs: 0, ...told }
  })
}

const lookAt = async (probe: Probe): Promise<Finding> => {
  try {
    return await within(patienceMs, probe())
  } catch (error) {
    return failure(reasonOf(error))
  }
}

const failure = (reason: string): Finding => ({
  status: 'fail',
  reason,
  observed: null,
  unit: null,
  threshold: `answers within ${patienceMs} ms`,
})

/** One line; a database's own words may hold paths, which only holders of probe:read see. */
const reasonOf = (error: unknown): string => {
  const text = error instanceof Error ? error.message : 'unknown failure'
  return text.replaceAll(/\s+/g, ' ').slice(0, 200)
}

/** A query that never returns cannot be called back: stop adding to them, and go on once they are let go. */
const capped = (probe: Probe): Probe => {
  let hanging = 0
  return async () => {
    if (hanging >= mostHanging) throw new Error('earlier queries still hang')
    hanging += 1
    try {
      return await probe()
    } finally {
      hanging -= 1
    }
  }
}

const pass = (observed: Check['observed'], unit: string | null, threshold: string | null): Finding => ({
  status: 'pass',
  reason: null,
  observed,
  unit,
  threshold,
})

const createProbes = (deps: Deps): Record<CheckName, Probe> => ({
  database: capped(() => lookAtDatabase(deps)),
  migrations: capped(() => lookAtMigrations(deps)),
  journal: capped(() => lookAtJournal(deps)),
  writes: createWriteProbe(deps),
  sealing: capped(() => lookAtSealing(deps)),
})

const slowMs = 500

const lookAtDatabase = async (deps: Deps): Promise<Finding> => {
  const start = performance.now()
  await deps.ping()
  const tookMs = Math.round((performance.now() - start) * 100) / 100
  const found = pass(tookMs, 'ms', `warns above ${slowMs} ms, fails above ${patienceMs} ms`)
  return tookMs > slowMs ? { ...found, status: 'warn', reason: 'the database answers slowly' } : found
}

const lookAtMigrations = async (deps: Deps): Promise<Finding> => {
  const { ok, expected, found } = await deps.expectMigration()
  if (ok) return pass(found, null, expected)
  const reason = `the schema is ${found ?? 'empty'}, this build expects ${expected}`
  return { status: 'fail', reason, observed: found, unit: null, threshold: expected }
}

/** Streams read the change journal; its last row must be the position its workspace counts. */
const lookAtJournal = async (deps: Deps): Promise<Finding> => {
  const rows = await deps.installation.rows<{ id: string; head: number; last: number | null }>(
    sql`SELECT id, change_seq AS head, (SELECT max(seq) FROM changes WHERE workspace_id = workspaces.id) AS last
      FROM workspaces`,
  )
  const broken = rows.find((row) => row.last !== null && row.last !== row.head)
  const head = rows.reduce((sum, row) => sum + row.head, 0)
  if (!broken) return pass(head, 'changes', 'last change = position')
  const reason = `the journal of ${broken.id} ends at ${broken.last}, its position is ${broken.head}`
  return { ...pass(head, 'changes', 'last change = position'), status: 'fail', reason }
}

/** Unsealed entries are kept, only not proven yet: a warning. A contradiction needs a person. */
const lookAtSealing = async (deps: Deps): Promise<Finding> => {
  const threshold = 'newest checkpoint = last entry'
  let found = pass(0, 'logs behind', threshold)
  let behind = 0
  for (const workspace of await listLogs(deps.installation)) {
    const outcome = await outcomeOf(deps, workspace)
    if (outcome === null || !('reason' in outcome)) continue
    behind += 1
    const status = outcome.kind === 'refused' ? 'fail' : 'warn'
    const reason = outcome.kind === 'off' ? outcome.reason : `log ${workspace}: ${outcome.reason}`
    if (found.status !== 'fail') found = { ...found, status, reason, observed: behind }
  }
  return { ...found, observed: behind }
}

/** A real, durable write that changes nothing: it finds a full disk or a read-only file. At most one per five seconds. */
const createWriteProbe = (deps: Deps): Probe => {
  let wroteAt: number | null = null
  const write = capped(async () => {
    await deps.ingest({
      table: 'workspaces',
      sql: 'UPDATE workspaces SET change_seq = change_seq WHERE id = (SELECT min(id) FROM workspaces)',
      args: [],
    })
    return pass('committed', null, `tried every ${writeEveryMs / 1000} s`)
  })
  return async () => {
    if (wroteAt !== null && performance.now() - wroteAt < writeEveryMs) {
      return pass('committed', null, `tried every ${writeEveryMs / 1000} s`)
    }
    wroteAt = null
    const found = await write()
    wroteAt = performance.now()
    return found
  }
}
