import { type AgentState, agentStates } from '@watchbill/contract/agents'
import { Fault } from '@watchbill/contract/fault'
import type { Attention, Fleet } from '@watchbill/contract/fleet'
import { loadAgents } from '../agents/agent-row.ts'
import type { ReadDb } from '../db/open.ts'
import type { Deps } from '../deps.ts'
import { instant, instantOrNull } from '../identity/instant.ts'
import { loadSessions } from '../sessions/session-row.ts'
import { toAttention } from './attention.ts'
import { totalsWindowMs } from './state.ts'
import {
  type AttentionRow,
  type MachineTick,
  readAttention,
  readMachineTicks,
  readTicks,
  readTotals,
  readWorkspace,
  type TickRow,
  type TotalsRow,
} from './store.ts'
import { tokensOf } from './sums.ts'

const attentionLimit = 5

/** The workspace at a glance, as of `now` (ms). Workspace first: a demo is never summed with real rows. */
export const getFleet = async (
  deps: Pick<Deps, 'dbFor' | 'installation'>,
  workspaceId: string,
  now: number,
): Promise<Fleet> => {
  const db = deps.dbFor(workspaceId)
  const [workspace, ticks, machines, pressing, totals] = await Promise.all([
    readWorkspace(deps.installation, workspaceId),
    readTicks(db, workspaceId, now),
    readMachineTicks(db, workspaceId, now),
    readAttention(db, workspaceId, now, attentionLimit),
    readTotals(db, workspaceId, now),
  ])
  if (!workspace || !totals) throw new Fault('not_found', 'This workspace is gone.')
  return {
    now: instant(now),
    workspace,
    agentCount: ticks.length,
    counts: countStates(ticks),
    waitingSessions: pressing[0]?.waiting_sessions ?? 0,
    oldestWaitingSince: instantOrNull(pressing[0]?.oldest_waiting ?? null),
    attention: await fillAttention(db, workspaceId, pressing, now),
    attentionCount: pressing[0]?.total ?? 0,
    roll: rollOf(machines, ticks),
    coverage: {
      reporting: machines.filter(({ reporting }) => reporting === 1).length,
      known: machines.length,
    },
    totals: toTotals(totals),
  }
}

const countStates = (ticks: readonly TickRow[]): Fleet['counts'] => {
  const counts = new Map<AgentState, number>()
  for (const { state } of ticks) counts.set(state, (counts.get(state) ?? 0) + 1)
  const entries = agentStates.map((state) => [state, counts.get(state) ?? 0])
  return asCounts(Object.fromEntries(entries))
}

/** fromEntries forgets that agentStates is complete. */
const asCounts = (counts: Record<string, number>) => counts as Fleet['counts']

const rollOf = (machines: readonly MachineTick[], ticks: readonly TickRow[]): Fleet['roll'] => {
  const byMachine = new Map<string, Fleet['roll'][number]['agents']>()
  for (const { id, name, state, stale_at, machine_id } of ticks) {
    const agents = byMachine.get(machine_id) ?? []
    agents.push({ id, name, state, staleAt: instantOrNull(stale_at) })
    byMachine.set(machine_id, agents)
  }
  return machines.map(({ id, name, reporting }) => ({
    machine: { id, name, reporting: reporting === 1 },
    agents: byMachine.get(id) ?? [],
  }))
}

const fillAttention = async (
  db: ReadDb,
  workspace: string,
  rows: readonly AttentionRow[],
  now: number,
): Promise<Attention[]> => {
  const sessionIds = rows.flatMap(({ session_id }) => session_id ?? [])
  const agentIds = [...new Set(rows.map(({ agent_id }) => agent_id))]
  const [agents, sessions] = await Promise.all([
    loadAgents(db, workspace, agentIds, now),
    loadSessions(db, workspace, sessionIds, now),
  ])
  return rows.flatMap((row) => {
    const agent = agents.get(row.agent_id)
    return agent ? [toAttention(row, agent, sessions.get(row.session_id ?? '') ?? null)] : []
  })
}

const toTotals = (row: TotalsRow): Fleet['totals'] => ({
  windowMs: totalsWindowMs,
  sessions: row.sessions,
  tokens: tokensOf(row),
  costMicroUsd: row.cost_micro_usd,
  denials: row.denials,
})
