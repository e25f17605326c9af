import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { countFacets } from './facets.ts'
import { drawHistogram } from './histogram.ts'
import { getSelectionProof } from './proofs.ts'

/** Questions to the audit log that are answered with figures; entries themselves are listed by audit/reading-routes.ts. */
export const auditSearchHandlers = (deps: Deps): Handlers<'getProofs' | 'getFacets' | 'getHistogram'> => ({
  getProofs: ({ query: { seqs, size } }, { workspace }) =>
    getSelectionProof(deps, workspace, seqs, size === undefined ? null : Number(size)),
  getFacets: async ({ query }, { workspace, now }) => ({
    ...(await countFacets(deps, workspace, query.q, now)),
    now: instant(now),
  }),
  getHistogram: async ({ query }, { workspace, now }) => ({
    ...(await drawHistogram(deps, workspace, query, now)),
    now: instant(now),
  }),
})
