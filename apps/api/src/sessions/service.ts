import { Fault } from '@watchbill/contract/fault'
import type { Session, SessionsQuery } from '@watchbill/contract/sessions'
import type { Deps } from '../deps.ts'
import { cutPage, readPage } from '../http/cursor.ts'
import { loadSessions } from './session-row.ts'
import { readSessionPage } from './store.ts'

interface SessionPage {
  readonly sessions: Session[]
  readonly nextCursor: string | null
  readonly total: number
}

/** Filtered and ordered as of the first page's moment, shown as of `now` (ms). Throws Fault `invalid_cursor`. */
export const listSessions = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
  query: SessionsQuery,
  now: number,
): Promise<SessionPage> => {
  const db = deps.dbFor(workspace)
  const page = await readPage('listSessions', workspace, query, now)
  const { ids, total, nextCursor } = cutPage(await readSessionPage(db, workspace, query, page), page)
  const rows = await loadSessions(db, workspace, ids, now)
  return { sessions: ids.flatMap((id) => rows.get(id) ?? []), nextCursor, total }
}

/** Throws Fault `not_found`, also for a session of another workspace (DESIGN rule 3). */
export const getSession = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
  id: string,
  now: number,
): Promise<Session> => {
  const session = (await loadSessions(deps.dbFor(workspace), workspace, [id], now)).get(id)
  if (!session) throw new Fault('not_found', `There is no session ${id} in this workspace.`)
  return session
}
