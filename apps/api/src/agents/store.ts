import type { AgentsQuery } from '@watchbill/contract/agents'
import { type SQL, sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import {
  agentStateAt,
  containsText,
  inList,
  openTally,
  rankOf,
  sessionTokens,
  sumOf,
  totalsWindowMs,
} from '../fleet/state.ts'
import { afterKey, type Page, type PageRow } from '../http/cursor.ts'

type Sort = NonNullable<AgentsQuery['sort']>

/** Keys of one page and one row beyond it, with the count of all that match and the journal's place. */
export const readAgentPage = (
  db: ReadDb,
  workspace: string,
  query: AgentsQuery,
  page: Page,
): Promise<PageRow[]> => {
  const key = keyOf(query.sort ?? 'attention', workspace, page.asOf)
  return db.rows<PageRow>(sql`
    WITH tally AS MATERIALIZED (${openTally(workspace, page.asOf)}),
    matching AS MATERIALIZED (
      SELECT a.id, ${key.n} AS n, ${key.m} AS m, ${key.t} AS t
      FROM (
        SELECT a.*, m.name AS machine_name, o.waiting_since, ${agentStateAt(page.asOf)} AS state
        FROM agents a JOIN machines m ON m.workspace_id = a.workspace_id AND m.id = a.machine_id
        LEFT JOIN tally o ON o.agent_id = a.id
        WHERE a.workspace_id = ${workspace}
      ) a ${key.join} WHERE ${filters(query)}
    )
    SELECT page.id, coalesce(page.n, 0) AS n, coalesce(page.m, 0) AS m, coalesce(page.t, '') AS t, whole.total,
      (SELECT change_seq FROM workspaces WHERE id = ${workspace}) AS seq
    FROM (SELECT count(*) AS total FROM matching) whole
    LEFT JOIN (
      SELECT id, n, m, t FROM matching WHERE ${afterKey(page.after)} AND ${unmoved(workspace, page)}
      ORDER BY n, m, t, id LIMIT ${page.limit + 1}
    ) page ON true
    ORDER BY n, m, t, page.id`)
}

const filters = ({ state, runtime, machine, q }: AgentsQuery): SQL => {
  const columns = [sql`a.name`, sql`a.machine_name`, sql`a.runtime`, sql`a.owner`]
  const tests = [
    state === undefined ? sql`true` : sql`a.state IN ${inList(state.split(','))}`,
    runtime === undefined ? sql`true` : sql`a.runtime = ${runtime}`,
    machine === undefined ? sql`true` : sql`a.machine_id = ${machine}`,
    q === undefined || q === '' ? sql`true` : containsText(columns, q),
  ]
  return sql.join(tests, sql` AND `)
}

interface Key {
  readonly n: SQL
  readonly m: SQL
  readonly t: SQL
  readonly join: SQL
}

/** Ascending in all parts: what comes first has the smallest key; unknown comes last. Names are cut to fit a cursor. */
const keyOf = (sort: Sort, workspace: string, asOf: number): Key => {
  const zero = sql`0`
  const name = sql`substr(lower(a.name), 1, 60)`
  const plain = { n: zero, m: zero, t: name, join: sql`` }
  if (sort === 'name') return plain
  if (sort === 'machine') return { ...plain, t: sql`substr(lower(a.machine_name), 1, 60) || ' ' || ${name}` }
  if (sort === 'seen') return { ...plain, n: sql`-a.observed_at` }
  if (sort === 'tokens')
    return { ...plain, n: sql`coalesce(-u.amount, 1)`, join: sums(workspace, asOf, sessionTokens) }
  if (sort === 'cost') {
    return { ...plain, n: sql`coalesce(-u.amount, 1)`, join: sums(workspace, asOf, sql`s.cost_micro_usd`) }
  }
  const waits = sql`CASE a.state WHEN 'waiting' THEN coalesce(a.waiting_since, 0) ELSE 0 END`
  return { ...plain, n: rankOf(sql`a.state`), m: waits }
}

/** The same window as the sums an agent shows. */
const sums = (workspace: string, asOf: number, amount: SQL): SQL => sql`LEFT JOIN (
  SELECT s.agent_id, ${sumOf(amount)} AS amount FROM sessions s INDEXED BY sessions_by_activity
  WHERE s.workspace_id = ${workspace} AND s.last_activity_at >= ${asOf - totalsWindowMs} GROUP BY s.agent_id
) u ON u.agent_id = a.id`

/**
 * On later pages, leaves out rows that changed since the first (heartbeats aside): where they stood then is not known,
 * and no row may be shown twice. They reach the reader by the stream, or on the next listing.
 */
const unmoved = (workspace: string, { after }: Page): SQL => {
  if (after === null) return sql`true`
  const journal = sql`FROM changes c WHERE c.workspace_id = ${workspace} AND c.seq > ${after.seq}`
  return sql`id NOT IN (
    SELECT c.ref ${journal} AND c.kind = 'agent'
    UNION SELECT s.agent_id FROM sessions s WHERE s.workspace_id = ${workspace}
      AND s.id IN (SELECT c.ref ${journal} AND c.kind = 'session')
    UNION SELECT b.id FROM agents b WHERE b.workspace_id = ${workspace}
      AND b.machine_id IN (SELECT c.ref ${journal} AND c.kind = 'machine'))`
}
