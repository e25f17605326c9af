import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'

export const maintenance = {
  runRetention: endpoint({
    method: 'GET',
    path: '/v1/cron/retention',
    // No credential of a workspace reaches all of them: the scheduler shows CRON_SECRET as its bearer token.
    scope: null,
    summary: 'Remove telemetry past its age; for a scheduler that holds CRON_SECRET',
    reply: 'json',
    response: z.object({ snapshots: z.int(), changes: z.int(), thinned: z.int() }),
  }),
}
