import { Fault } from '@watchbill/contract/fault'
import { searchEntries } from '../audit-search/list.ts'
import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { sealIfStale } from '../seal/lazy.ts'
import { sealFailureOf } from '../seal/status.ts'
import { listEntries } from './entries-list.ts'
import { getEntry, getEntryFile } from './entry-reading.ts'
import { getConsistency, getLog, getRangeProof } from './log-reading.ts'

type Rows = 'listEntries' | 'getEntry' | 'getEntryProof' | 'getRangeProof' | 'getConsistency' | 'getLog'

/** Everything there is to read of the audit log; writing is in routes.ts. */
export const auditReadingHandlers = (deps: Deps): Handlers<Rows> => ({
  listEntries: async ({ query }, { workspace, now }) => {
    await sealIfStale(deps, workspace)
    const { q, before, from, ...paging } = query
    if (q === undefined && paging.cursor === undefined)
      return { ...(await listEntries(deps, workspace, query)), now: instant(now) }
    if (before !== undefined || from !== undefined) throw twoWays()
    return { ...(await searchEntries(deps, workspace, { q: q ?? '', ...paging }, now)), now: instant(now) }
  },
  getEntry: async ({ params, query }, call) => ({
    ...(await getEntry(deps, call, Number(params.seq), query.content === 'true')),
    now: instant(call.now),
  }),
  getEntryProof: async ({ params, query }, call) => {
    const file = await getEntryFile(deps, call, Number(params.seq), query.content === 'true')
    return new Response(file, {
      headers: {
        'content-type': 'text/plain; charset=utf-8',
        'content-disposition': `attachment; filename="${call.workspace}-${Number(params.seq)}.tlog-proof"`,
      },
    })
  },
  getRangeProof: ({ query: { from, to, size } }, { workspace }) =>
    getRangeProof(deps, workspace, Number(from), Number(to), numberOrNull(size)),
  getConsistency: ({ query: { from, to } }, { workspace }) =>
    getConsistency(deps, workspace, Number(from), numberOrNull(to)),
  getLog: async (_, { workspace, now }) => {
    const sealFailure = await sealFailureOf(deps, workspace)
    return { ...(await getLog(deps, workspace)), sealFailure, now: instant(now) }
  },
})

const twoWays = () =>
  new Fault('invalid_request', 'before and from page by place; a query is paged by cursor', {
    errors: [{ pointer: 'query.q', detail: 'not together with before or from' }],
  })

const numberOrNull = (text: string | undefined): number | null => (text === undefined ? null : Number(text))
