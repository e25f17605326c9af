import * as z from 'zod/mini'
import { QueryText } from './audit.ts'
import { endpoint } from './endpoint.ts'
import { Instant, id, text } from './values.ts'

export const ViewId = id('viw')
const ViewName = text(80).check(z.minLength(1))

/** A query somebody keeps by a name. Kept as it was written: what a later grammar no longer knows is said, not lost. */
export const View = z.object({
  id: ViewId,
  name: z.string(),
  q: z.string(),
  /** Terms that this version does not know any more; a reader leaves them out and says so. */
  ignored: z.array(z.object({ from: z.int(), to: z.int(), detail: z.string() })),
  createdAt: Instant,
  updatedAt: Instant,
})
export type View = z.infer<typeof View>

export const auditViews = {
  listViews: endpoint({
    method: 'GET',
    path: '/v1/audit/views',
    scope: 'audit:read',
    summary: 'Saved queries of the audit log',
    reply: 'json',
    response: z.object({ views: z.array(View), now: Instant }),
  }),
  postView: endpoint({
    method: 'POST',
    path: '/v1/audit/views',
    scope: 'audit:share',
    summary: 'Save a query by a name; at most 200 in a workspace, each name once',
    body: z.strictObject({ name: ViewName, q: QueryText }),
    reply: 'json',
    status: 201,
    response: z.object({ view: View }),
  }),
  putView: endpoint({
    method: 'PUT',
    path: '/v1/audit/views/:id',
    scope: 'audit:share',
    summary: 'Rename a saved query, or give it other text',
    params: z.strictObject({ id: ViewId }),
    body: z.strictObject({ name: ViewName, q: QueryText }),
    reply: 'json',
    response: z.object({ view: View }),
  }),
  removeView: endpoint({
    method: 'DELETE',
    path: '/v1/audit/views/:id',
    scope: 'audit:share',
    summary: 'Remove a saved query',
    params: z.strictObject({ id: ViewId }),
    reply: 'none',
  }),
}
