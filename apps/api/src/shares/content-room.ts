import { Fault } from '@watchbill/contract/fault'
import { sql } from 'drizzle-orm'
import type { Deps } from '../deps.ts'

/** A page that holds more is no page; content may be 20,000 characters an entry. */
const mostBytes = 16 * 1024 * 1024

/** Throws Fault `invalid_request` when what these entries say is too much for one page. */
export const requireRoom = async (
  { dbFor }: Pick<Deps, 'dbFor'>,
  workspace: string,
  places: readonly number[],
): Promise<void> => {
  const [row] = await dbFor(workspace).rows<{ bytes: number | null }>(sql`
    SELECT sum(length(CAST(y.payload AS BLOB))) AS bytes FROM json_each(${JSON.stringify(places)}) wanted
      CROSS JOIN payloads y ON y.workspace_id = ${workspace} AND y.seq = wanted.value`)
  if ((row?.bytes ?? 0) <= mostBytes) return
  const detail = `these entries say ${Math.ceil((row?.bytes ?? 0) / 2 ** 20)} MiB with their content; a link shows at most 16`
  throw new Fault('invalid_request', `content: ${detail}`, {
    mend: 'Leave content hidden, or narrow the scope.',
    errors: [{ pointer: '/content', detail }],
  })
}
