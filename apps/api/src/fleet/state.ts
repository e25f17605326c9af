import { agentStates } from '@watchbill/contract/agents'
import { type SQL, sql } from 'drizzle-orm'

/**
 * States are derived here and nowhere else, in SQL, as of a moment in ms. In every fragment `a` is a row of agents,
 * `s` one of sessions, `o` one of `openTally`. `a.stale_at` is null unless the agent reported `running`.
 */
export const livenessAt = (asOf: number): SQL =>
  sql`CASE WHEN a.stale_at <= ${asOf} THEN 'stale' ELSE a.liveness END`

/**
 * Ended stays ended. What an agent out of contact last said of a session is no news: stale. So is a wait or a turn
 * of a stopped agent, and a turn older than the runtime vouches for.
 */
export const sessionStateAt = (asOf: number): SQL => sql`CASE
  WHEN s.state = 'ended' THEN 'ended'
  WHEN a.liveness = 'unreadable' OR a.stale_at <= ${asOf} THEN 'stale'
  WHEN a.liveness = 'stopped' AND s.state <> 'idle' THEN 'stale'
  WHEN s.state = 'working' AND s.stale_at <= ${asOf} THEN 'stale'
  ELSE s.state END`

/**
 * The one state an agent shows. Lost contact and unreadable come first, since everything else rests on contact; a
 * session gone quiet mid-turn makes itself stale, not the agent whose collector still speaks.
 */
export const agentStateAt = (asOf: number): SQL => sql`CASE
  WHEN a.liveness = 'unreadable' THEN 'unreadable'
  WHEN a.stale_at <= ${asOf} THEN 'stale'
  WHEN o.waiting > 0 THEN 'waiting'
  WHEN a.health = 'unhealthy' THEN 'failing'
  WHEN a.liveness = 'stopped' THEN 'stopped'
  WHEN o.working > 0 THEN 'working'
  ELSE 'idle' END`

/** Place of a state in the order of urgency (contract `agentStates`). */
export const rankOf = (state: SQL): SQL =>
  sql`CASE ${state} ${sql.raw(agentStates.map((name, rank) => `WHEN '${name}' THEN ${rank}`).join(' '))} END`

/** Query body: open sessions per agent by derived state, from the covering index alone. `only` narrows the agents. */
export const openTally = (workspace: string, asOf: number, only: SQL = sql`true`): SQL => sql`
  SELECT agent_id, count(*) AS open, sum(state = 'waiting') AS waiting, sum(state = 'working') AS working,
    sum(state = 'idle') AS idle, sum(state = 'stale') AS stale,
    min(CASE WHEN state = 'waiting' THEN waiting_since END) AS waiting_since
  FROM (
    SELECT s.agent_id, s.waiting_since, ${sessionStateAt(asOf)} AS state
    FROM sessions s INDEXED BY sessions_open
    JOIN agents a ON a.workspace_id = s.workspace_id AND a.id = s.agent_id
    WHERE s.workspace_id = ${workspace} AND s.state <> 'ended' AND ${only}
  ) GROUP BY agent_id`

/** Totals of tokens, cost and denials count sessions active within this long, ms. */
export const totalsWindowMs = 24 * 3_600_000

/**
 * A sum that stays null when nothing is known, and within what JSON can say: sum() would overflow, and fail every
 * listing, on the first agent that reports absurd numbers.
 */
export const sumOf = (value: SQL): SQL =>
  sql`CASE WHEN count(${value}) > 0 THEN CAST(min(total(${value}), ${Number.MAX_SAFE_INTEGER}) AS INTEGER) END`

/** Sums over `s`; unknown parts are left out (DESIGN rule 6). */
export const sessionSums = sql`${sumOf(sql`s.tokens_input`)} AS tokens_input,
  ${sumOf(sql`s.tokens_cache_read`)} AS tokens_cache_read, ${sumOf(sql`s.tokens_cache_write`)} AS tokens_cache_write,
  ${sumOf(sql`s.tokens_output`)} AS tokens_output, ${sumOf(sql`s.tokens_reasoning`)} AS tokens_reasoning,
  ${sumOf(sql`s.cost_micro_usd`)} AS cost_micro_usd, ${sumOf(sql`s.denials`)} AS denials`

/** All tokens of one session; null when none of the five is known. */
export const sessionTokens = sql`CASE
  WHEN coalesce(s.tokens_input, s.tokens_cache_read, s.tokens_cache_write, s.tokens_output, s.tokens_reasoning) IS NULL
  THEN NULL
  ELSE min(coalesce(s.tokens_input, 0) + coalesce(s.tokens_cache_read, 0) + coalesce(s.tokens_cache_write, 0)
    + coalesce(s.tokens_output, 0) + coalesce(s.tokens_reasoning, 0), ${Number.MAX_SAFE_INTEGER}) END`

/** Ids as one JSON argument, so that the statement stays the same for any number of them. */
export const inList = (values: readonly string[]): SQL =>
  sql`(SELECT value FROM json_each(${JSON.stringify(values)}))`

/** Case-insensitive "contains", with LIKE's wildcards taken literally; empty text matches all. */
export const containsText = (columns: readonly SQL[], needle: string): SQL => {
  const pattern = `%${needle.replace(/[\\%_]/g, (char) => `\\${char}`)}%`
  const tests = columns.map((column) => sql`${column} LIKE ${pattern} ESCAPE '\\'`)
  return sql`(${sql.join(tests, sql` OR `)})`
}
