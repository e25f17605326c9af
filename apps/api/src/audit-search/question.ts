import {
  type AuditQuery,
  type Directory,
  fieldsOf,
  parseQuery,
  QueryError,
  resolveQuery,
} from '@watchbill/contract/audit-query'
import { Fault } from '@watchbill/contract/fault'
import { sql } from 'drizzle-orm'
import type { ReadDb } from '../db/open.ts'
import type { Deps } from '../deps.ts'

/**
 * A query as it was written, with the names of agents and machines as they are now put in as ids. `now` in ms; relative
 * times count from it. Throws Fault `invalid_request`, whose pointer `query.q:<from>-<to>` is the place at fault.
 */
export const readQuestion = async (
  { dbFor }: Pick<Deps, 'dbFor'>,
  workspace: string,
  q: string | undefined,
  now: number,
): Promise<AuditQuery> => {
  const query = readText(q ?? '', now)
  const named = [...fieldsOf(query)].some(
    (field) => field === 'agent' || field === 'machine' || field === 'runtime',
  )
  return named ? resolveQuery(query, await readDirectory(dbFor(workspace), workspace)) : query
}

const readText = (text: string, now: number): AuditQuery => {
  try {
    return parseQuery(text, now)
  } catch (error) {
    if (error instanceof QueryError) throw faultOfQuery(error)
    throw error
  }
}

const faultOfQuery = ({ detail, mend, span }: QueryError): Fault =>
  new Fault('invalid_request', `The query cannot be read: ${detail}`, {
    ...(mend === null ? {} : { mend }),
    errors: [{ pointer: `query.q:${span.from}-${span.to}`, detail }],
  })

/** Names that a query may use. */
export const readDirectory = async (db: ReadDb, workspace: string): Promise<Directory> => {
  const [agents, machines] = await Promise.all([
    db.rows<Directory['agents'][number]>(sql`SELECT id, name, runtime, machine_id AS machineId FROM agents
      WHERE workspace_id = ${workspace}`),
    db.rows<Directory['machines'][number]>(
      sql`SELECT id, name FROM machines WHERE workspace_id = ${workspace}`,
    ),
  ])
  return { agents, machines }
}
