import type { Snapshot } from '@watchbill/contract/snapshots'
import { sql } from 'drizzle-orm'
import { changeWrites } from '../db/journal.ts'
import type { ReadDb } from '../db/open.ts'
import type { IngestTable, IngestWrite } from '../db/write.ts'
import { inList, sessionTokens, sumOf } from '../fleet/state.ts'
import type { MachineClock } from './clock.ts'
import { machineWrites, type StoredMachine } from './machine-writes.ts'
import { newsOf } from './news.ts'
import { type Plan, type Stored, type Tally, tallyWindowMs } from './plan.ts'
import type { AgentRow, SessionRow } from './rows.ts'

/** Reads what the plan needs, in four queries for a batch of any size. `at` in ms. */
export const readStored = async (
  db: ReadDb,
  workspace: string,
  batch: readonly Snapshot[],
  at: number,
): Promise<Stored> => {
  const sessionIds = batch.flatMap(({ sessions }) => sessions.map(({ id }) => id))
  const agentIds = [...new Set(batch.map(({ agent }) => agent.id))]
  const ids = inList(batch.map(({ id }) => id))
  const [snapshots, agents, sessions, tallies] = await Promise.all([
    db.rows<{ id: string }>(sql`SELECT id FROM snapshots WHERE workspace_id = ${workspace} AND id IN ${ids}`),
    db.rows<AgentRow>(sql`SELECT ${sql.raw(readColumns.join(', '))} FROM agents
      WHERE workspace_id = ${workspace} AND id IN ${inList(agentIds)}`),
    sessionIds.length === 0
      ? []
      : db.rows<SessionRow>(sql`SELECT ${sql.raw(sessionColumns.join(', '))} FROM sessions
          WHERE workspace_id = ${workspace} AND id IN ${inList(sessionIds)}`),
    readTallies(db, workspace, agentIds, sessionIds, at),
  ])
  return {
    snapshotIds: new Set(snapshots.map(({ id }) => id)),
    agents: new Map(agents.map((row) => [row.id, row])),
    sessions: new Map(sessions.map((row) => [row.id, row])),
    tallies,
  }
}

/** Two index ranges rather than all sessions an agent ever had: the open ones, and those of the last day. */
const readTallies = async (
  db: ReadDb,
  workspace: string,
  agentIds: readonly string[],
  named: readonly string[],
  at: number,
): Promise<Map<string, Tally>> => {
  const rows = await db.rows<Tally & { agent_id: string }>(sql`
    SELECT agent_id, coalesce(sum(waiting), 0) AS waiting, coalesce(sum(working), 0) AS working, ${sumOf(sql`tokens`)} AS tokens
    FROM (
      SELECT s.agent_id, s.state = 'waiting' AS waiting,
        s.state = 'working' AND coalesce(s.stale_at > ${at}, true) AS working, NULL AS tokens
      FROM sessions s WHERE s.workspace_id = ${workspace} AND s.state <> 'ended'
        AND s.agent_id IN ${inList(agentIds)} AND s.id NOT IN ${inList(named)}
      UNION ALL
      SELECT s.agent_id, 0, 0, ${sessionTokens}
      FROM sessions s WHERE s.workspace_id = ${workspace} AND s.last_activity_at >= ${at - tallyWindowMs}
        AND s.agent_id IN ${inList(agentIds)} AND s.id NOT IN ${inList(named)}
    ) GROUP BY agent_id`)
  return new Map(rows.map(({ agent_id, ...tally }) => [agent_id, tally]))
}

/** One batch for the whole plan; GuardFailed when somebody else wrote one of these rows in between. */
export const planWrites = (
  workspace: string,
  plan: Plan,
  stored: Stored,
  machines: ReadonlyMap<string, StoredMachine>,
  clock: MachineClock,
): IngestWrite[] => {
  const news = newsOf(plan, stored, clock.receivedAt)
  const machine = machineWrites(workspace, plan.fresh, machines, clock)
  const writes = [
    ...machine.writes,
    ...rowWrites('snapshots', workspace, historyColumns, plan.history, 'DO NOTHING'),
    ...rowWrites('agents', workspace, agentColumns, plan.agents, agentUpdate),
    ...rowWrites('sessions', workspace, sessionColumns, plan.sessions, sessionUpdate),
    ...plan.seenEarlier.map((row) => seenEarlierWrite(workspace, row)),
  ]
  const journal = [
    ...changeWrites(workspace, 'machine', machine.news, clock.receivedAt),
    ...changeWrites(workspace, 'agent', news.agent, clock.receivedAt),
    ...changeWrites(workspace, 'pulse', news.pulse, clock.receivedAt),
    ...changeWrites(workspace, 'session', news.session, clock.receivedAt),
  ]
  return [...writes, ...journal]
}

const seenEarlierWrite = (workspace: string, row: Plan['seenEarlier'][number]): IngestWrite => ({
  table: 'agents',
  sql: 'UPDATE agents SET first_seen_at = min(first_seen_at, ?) WHERE workspace_id = ? AND id = ?',
  args: [row.first_seen_at, workspace, row.id],
})

const agentColumns = [
  ...['id', 'machine_id', 'runtime', 'name', 'owner', 'version', 'liveness', 'liveness_reason', 'health'],
  ...['health_reason', 'source', 'snapshot_id', 'first_seen_at', 'condition_since', 'observed_at'],
  ...['reported_at', 'received_at', 'stale_at', 'skew_ms', 'readings', 'detail'],
] as const satisfies readonly string[]

/** Up to 64 KiB of native document for each agent of a batch would be read for nothing. */
const readColumns = agentColumns.map((name) =>
  name === 'detail' ? "json_remove(detail, '$.native') AS detail" : name,
)

const sessionColumns = [
  ...['id', 'agent_id', 'machine_id', 'state', 'waiting_since', 'started_at', 'last_activity_at', 'stale_at'],
  ...['observed_at', 'snapshot_id', 'project', 'branch', 'model', 'native_id', 'tokens_input'],
  ...['tokens_cache_read', 'tokens_cache_write', 'tokens_output', 'tokens_reasoning', 'cost_micro_usd'],
  ...['denials', 'repeat_count', 'report'],
]

const historyColumns = [
  ...['id', 'agent_id', 'observed_at', 'received_at', 'ttl_ms', 'late', 'liveness', 'health', 'waiting'],
  ...['working', 'tokens'],
]

/** Taken from the new row on conflict, unless the stored one is newer, or belongs to somebody else. */
const replace = (columns: readonly string[], table: string, owner: string): string => `DO UPDATE SET
  ${columns.map((name) => `${name} = excluded.${name}`).join(', ')}
  WHERE ${table}.${owner} = excluded.${owner}
    AND (excluded.observed_at, excluded.snapshot_id) > (${table}.observed_at, ${table}.snapshot_id)`
const movable = (columns: readonly string[], fixed: readonly string[]) =>
  columns.filter((name) => !fixed.includes(name))
const agentUpdate = replace(movable(agentColumns, ['id', 'machine_id']), 'agents', 'machine_id')
const sessionUpdate = replace(movable(sessionColumns, ['id', 'agent_id']), 'sessions', 'agent_id')

/** All rows of one table in one statement and one argument, each of them expected to take effect. */
const rowWrites = (
  table: IngestTable,
  workspace: string,
  columns: readonly string[],
  rows: readonly object[],
  onConflict: string,
): IngestWrite[] => {
  if (rows.length === 0) return []
  const values = columns.map((name) => `value ->> '$.${name}'`).join(', ')
  return [
    {
      table,
      sql: `INSERT INTO ${table} (workspace_id, ${columns.join(', ')})
        SELECT ?1, ${values} FROM json_each(?2) WHERE true ON CONFLICT (workspace_id, id) ${onConflict}`,
      args: [workspace, JSON.stringify(rows)],
      expect: rows.length,
    },
  ]
}
