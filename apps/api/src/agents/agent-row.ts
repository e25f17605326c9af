import type { Agent, AgentDetail } from '@watchbill/contract/agents'
import { type SQL, sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import {
  agentStateAt,
  inList,
  livenessAt,
  openTally,
  sessionStateAt,
  sessionSums,
  totalsWindowMs,
} from '../fleet/state.ts'
import { type SumsRow, tokensOf } from '../fleet/sums.ts'
import { instant, instantOrNull } from '../identity/instant.ts'
import { loadSessions } from '../sessions/session-row.ts'

interface AgentRow extends SumsRow {
  readonly id: string
  readonly machine_id: string
  readonly machine_name: string
  readonly runtime: string
  readonly name: string
  readonly owner: string | null
  readonly version: string | null
  readonly state: Agent['state']
  readonly liveness: Agent['liveness']
  readonly liveness_reason: string | null
  readonly health: Agent['health']
  readonly health_reason: string | null
  readonly source: Agent['source']
  readonly first_seen_at: number
  readonly observed_at: number
  readonly reported_at: number
  readonly received_at: number
  readonly stale_at: number | null
  readonly skew_ms: number | null
  readonly readings: string
  readonly waiting: number
  readonly working: number
  readonly idle: number
  readonly stale: number
  readonly ended: number
  readonly lead_id: string | null
}

/** Detail is read for one agent at a time (`readParts`): it may be 64 KiB of text. */
export type LoadedAgent = Omit<AgentDetail, keyof AgentParts>
export type AgentParts = Pick<AgentDetail, 'components' | 'machineState' | 'native'>

/** Agents by id as they stand at `now` (ms), leads and counts included, in two queries for any number of them. */
export const loadAgents = async (
  db: ReadDb,
  workspace: string,
  ids: readonly string[],
  now: number,
): Promise<Map<string, LoadedAgent>> => {
  if (ids.length === 0) return new Map()
  const rows = await db.rows<AgentRow>(agentRows(workspace, ids, now))
  const leadIds = rows.flatMap((row) => row.lead_id ?? [])
  const leads = await loadSessions(db, workspace, leadIds, now)
  return new Map(rows.map((row) => [row.id, toAgent(row, leads.get(row.lead_id ?? '') ?? null)]))
}

/** What a list shows of an agent: all but the readings. */
export const withoutReadings = ({ readings: _, firstSeenAt: __, ...agent }: LoadedAgent): Agent => agent

/** Null when there is no such agent. */
export const readParts = async (db: ReadDb, workspace: string, id: string): Promise<AgentParts | null> => {
  const [row] = await db.rows<{ detail: string }>(
    sql`SELECT detail FROM agents WHERE workspace_id = ${workspace} AND id = ${id}`,
  )
  return row === undefined
    ? null
    : { components: [], machineState: null, native: null, ...parseParts(row.detail) }
}

const agentRows = (workspace: string, ids: readonly string[], now: number): SQL => sql`
  WITH asked AS MATERIALIZED (SELECT value AS id FROM json_each(${JSON.stringify(ids)})),
  tally AS MATERIALIZED (${openTally(workspace, now, sql`s.agent_id IN (SELECT id FROM asked)`)}),
  sums AS MATERIALIZED (
    SELECT s.agent_id, ${sessionSums} FROM sessions s INDEXED BY sessions_by_agent
    WHERE s.workspace_id = ${workspace} AND s.agent_id IN (SELECT id FROM asked)
      AND s.last_activity_at >= ${now - totalsWindowMs}
    GROUP BY s.agent_id)
  SELECT a.id, a.machine_id, m.name AS machine_name, a.runtime, a.name, a.owner, a.version, a.liveness_reason,
    a.health, a.health_reason, a.source, a.first_seen_at, a.observed_at, a.reported_at, a.received_at, a.stale_at,
    a.skew_ms, a.readings, ${livenessAt(now)} AS liveness, ${agentStateAt(now)} AS state,
    coalesce(o.waiting, 0) AS waiting, coalesce(o.working, 0) AS working, coalesce(o.idle, 0) AS idle,
    coalesce(o.stale, 0) AS stale,
    (SELECT count(*) FROM sessions s WHERE s.workspace_id = a.workspace_id AND s.agent_id = a.id)
      - coalesce(o.open, 0) AS ended,
    ${leadOf(now)} AS lead_id,
    u.tokens_input, u.tokens_cache_read, u.tokens_cache_write, u.tokens_output, u.tokens_reasoning,
    u.cost_micro_usd, u.denials
  FROM agents a
  JOIN machines m ON m.workspace_id = a.workspace_id AND m.id = a.machine_id
  LEFT JOIN tally o ON o.agent_id = a.id
  LEFT JOIN sums u ON u.agent_id = a.id
  WHERE a.workspace_id = ${workspace} AND a.id IN ${inList(ids)}`

/** The session that explains the state: the longest-waiting one, else the last active one that works, is open, ended. */
const leadOf = (now: number): SQL => sql`coalesce(
  (SELECT id FROM (
    SELECT s.id, s.waiting_since, s.last_activity_at, ${sessionStateAt(now)} AS state
    FROM sessions s INDEXED BY sessions_open
    WHERE s.workspace_id = a.workspace_id AND s.agent_id = a.id AND s.state <> 'ended')
    ORDER BY CASE state WHEN 'waiting' THEN 0 WHEN 'working' THEN 1 ELSE 2 END,
      CASE state WHEN 'waiting' THEN waiting_since END, last_activity_at DESC, id LIMIT 1),
  (SELECT s.id FROM sessions s WHERE s.workspace_id = a.workspace_id AND s.agent_id = a.id
    ORDER BY s.last_activity_at DESC, s.id LIMIT 1))`

const toAgent = (row: AgentRow, lead: Agent['lead']): LoadedAgent => ({
  id: row.id,
  machine: { id: row.machine_id, name: row.machine_name },
  runtime: row.runtime,
  name: row.name,
  owner: row.owner,
  version: row.version,
  state: row.state,
  liveness: row.liveness,
  livenessReason: row.liveness_reason,
  health: row.health,
  healthReason: row.health_reason,
  source: row.source,
  observedAt: instant(row.observed_at),
  reportedAt: instant(row.reported_at),
  receivedAt: instant(row.received_at),
  staleAt: instantOrNull(row.stale_at),
  skewMs: row.skew_ms,
  sessionCounts: {
    waiting: row.waiting,
    working: row.working,
    idle: row.idle,
    stale: row.stale,
    ended: row.ended,
  },
  lead,
  tokens: tokensOf(row),
  costMicroUsd: row.cost_micro_usd,
  denials: row.denials,
  readings: parseReadings(row.readings),
  firstSeenAt: instant(row.first_seen_at),
})

/** Written by snapshots/ from a parsed Snapshot. */
const parseParts = (text: string) => JSON.parse(text) as Partial<AgentParts>

/** Written by snapshots/ from parsed Readings. */
const parseReadings = (text: string) => JSON.parse(text) as AgentDetail['readings']
