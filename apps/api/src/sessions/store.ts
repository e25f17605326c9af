import type { SessionsQuery } from '@watchbill/contract/sessions'
import { type SQL, sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import { containsText, inList, sessionStateAt, sessionTokens } from '../fleet/state.ts'
import { afterKey, type Page, type PageRow } from '../http/cursor.ts'

type Sort = NonNullable<SessionsQuery['sort']>

/** Keys of one page and one row beyond it, with the count of all that match and the journal's place. */
export const readSessionPage = (
  db: ReadDb,
  workspace: string,
  query: SessionsQuery,
  page: Page,
): Promise<PageRow[]> => {
  const key = keyOf(query.sort ?? 'attention')
  return db.rows<PageRow>(sql`
    WITH matching AS MATERIALIZED (
      SELECT s.id, ${key.n} AS n, ${key.m} AS m, '' AS t
      FROM (
        SELECT s.*, a.name AS agent_name, a.runtime, ${sessionStateAt(page.asOf)} AS shown
        FROM sessions s ${indexFor(query)}
        JOIN agents a ON a.workspace_id = s.workspace_id AND a.id = s.agent_id
        WHERE s.workspace_id = ${workspace} AND ${storedFilters(query)}
      ) s WHERE ${shownFilters(query)}
    )
    SELECT page.id, coalesce(page.n, 0) AS n, coalesce(page.m, 0) AS m, coalesce(page.t, '') AS t, whole.total,
      (SELECT change_seq FROM workspaces WHERE id = ${workspace}) AS seq
    FROM (SELECT count(*) AS total FROM matching) whole
    LEFT JOIN (
      SELECT id, n, m, t FROM matching WHERE ${afterKey(page.after)} AND ${unmoved(workspace, query, page)}
      ORDER BY n, m, t, id LIMIT ${page.limit + 1}
    ) page ON true
    ORDER BY n, m, t, page.id`)
}

/** "Who waits, who works" reads the few open sessions by their own index, not all there ever were. */
const openOnly = ({ state }: SessionsQuery): boolean =>
  state !== undefined && !state.split(',').includes('ended')

/** Without free text everything asked for stands in an index; with it, the rows themselves are read. */
const indexFor = (query: SessionsQuery): SQL => {
  if (openOnly(query)) return sql`INDEXED BY sessions_open`
  return (query.q ?? '') === '' ? sql`INDEXED BY sessions_by_agent` : sql``
}

const storedFilters = (query: SessionsQuery): SQL => {
  const { agent, machine } = query
  const tests = [
    agent === undefined ? sql`true` : sql`s.agent_id = ${agent}`,
    machine === undefined ? sql`true` : sql`a.machine_id = ${machine}`,
    openOnly(query) ? sql`s.state <> 'ended'` : sql`true`,
  ]
  return sql.join(tests, sql` AND `)
}

const shownFilters = ({ state, runtime, q }: SessionsQuery): SQL => {
  const columns = [sql`s.project`, sql`s.branch`, sql`s.model`, sql`s.agent_name`, sql`s.native_id`]
  const tests = [
    state === undefined ? sql`true` : sql`s.shown IN ${inList(state.split(','))}`,
    runtime === undefined ? sql`true` : sql`s.runtime = ${runtime}`,
    q === undefined || q === '' ? sql`true` : containsText(columns, q),
  ]
  return sql.join(tests, sql` AND `)
}

/** Ascending in all parts: what comes first has the smallest key; unknown comes last. */
const keyOf = (sort: Sort): { n: SQL; m: SQL } => {
  const none = sql`0`
  const newest = (column: SQL) => ({ n: sql`coalesce(-${column}, 1)`, m: none })
  if (sort === 'activity') return newest(sql`s.last_activity_at`)
  if (sort === 'started') return newest(sql`s.started_at`)
  if (sort === 'tokens') return newest(sql`(${sessionTokens})`)
  if (sort === 'cost') return newest(sql`s.cost_micro_usd`)
  return {
    n: sql`CASE s.shown WHEN 'waiting' THEN 0 WHEN 'working' THEN 1 WHEN 'stale' THEN 2 WHEN 'idle' THEN 3 ELSE 4 END`,
    m: sql`CASE s.shown WHEN 'waiting' THEN coalesce(s.waiting_since, 0) ELSE coalesce(-s.last_activity_at, 1) END`,
  }
}

/**
 * On later pages, leaves out rows that changed since the first: where they stood then is not known, and no row may be
 * shown twice. They reach the reader by the stream, or on the next listing.
 */
const unmoved = (workspace: string, { sort = 'attention' }: SessionsQuery, { after }: Page): SQL => {
  if (after === null) return sql`true`
  const journal = sql`FROM changes c WHERE c.workspace_id = ${workspace} AND c.seq > ${after.seq}`
  const own = sql`id NOT IN (SELECT c.ref ${journal} AND c.kind = 'session')`
  if (sort !== 'attention') return own
  // A session's state follows its agent's, so there the agent's own changes move it too.
  return sql`${own} AND id NOT IN (
    SELECT s.id FROM sessions s WHERE s.workspace_id = ${workspace} AND s.state <> 'ended'
      AND s.agent_id IN (SELECT c.ref ${journal} AND c.kind = 'agent'))`
}
