import type { Agent, AgentDetail, AgentsQuery } from '@watchbill/contract/agents'
import { Fault } from '@watchbill/contract/fault'
import type { Deps } from '../deps.ts'
import { cutPage, readPage } from '../http/cursor.ts'
import { loadAgents, readParts, withoutReadings } from './agent-row.ts'
import { readAgentPage } from './store.ts'

interface AgentPage {
  readonly agents: Agent[]
  readonly nextCursor: string | null
  readonly total: number
}

/** Filtered and ordered as of the first page's moment, shown as of `now` (ms). Throws Fault `invalid_cursor`. */
export const listAgents = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
  query: AgentsQuery,
  now: number,
): Promise<AgentPage> => {
  const db = deps.dbFor(workspace)
  const page = await readPage('listAgents', workspace, query, now)
  const { ids, total, nextCursor } = cutPage(await readAgentPage(db, workspace, query, page), page)
  const rows = await loadAgents(db, workspace, ids, now)
  const agents = ids.flatMap((id) => {
    const agent = rows.get(id)
    return agent ? [withoutReadings(agent)] : []
  })
  return { agents, nextCursor, total }
}

/** Throws Fault `not_found`, also for an agent of another workspace (DESIGN rule 3). */
export const getAgent = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
  id: string,
  now: number,
): Promise<AgentDetail> => {
  const db = deps.dbFor(workspace)
  const [agents, parts] = await Promise.all([
    loadAgents(db, workspace, [id], now),
    readParts(db, workspace, id),
  ])
  const agent = agents.get(id)
  if (!agent || !parts) throw notFound(id)
  return { ...agent, ...parts }
}

export const notFound = (id: string): Fault =>
  new Fault('not_found', `There is no agent ${id} in this workspace.`)
