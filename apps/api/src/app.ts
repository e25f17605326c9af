import { Hono } from 'hono'
import { agentHandlers } from './agents/routes.ts'
import { auditReadingHandlers } from './audit/reading-routes.ts'
import { auditHandlers } from './audit/routes.ts'
import { exportHandlers } from './audit-export/routes.ts'
import { auditSearchHandlers } from './audit-search/routes.ts'
import { tailHandlers } from './audit-tail/routes.ts'
import { viewHandlers } from './audit-views/routes.ts'
import type { Deps } from './deps.ts'
import { erasureHandlers } from './erasures/routes.ts'
import { fleetHandlers } from './fleet/routes.ts'
import { createAuthenticate } from './http/auth.ts'
import { createHostGuard } from './http/hosts.ts'
import { createLimiter, type Rate } from './http/limiter.ts'
import { mount } from './http/mount.ts'
import { offerProbeCookie } from './identity/probe-cookie.ts'
import { identityHandlers } from './identity/routes.ts'
import { installHandlers } from './install/routes.ts'
import { logHandlers } from './log/routes.ts'
import { machineHandlers } from './machines/routes.ts'
import { probeHandlers } from './probes/routes.ts'
import { retentionHandlers } from './retention/routes.ts'
import { sessionHandlers } from './sessions/routes.ts'
import { shareHandlers } from './shares/routes.ts'
import { snapshotHandlers } from './snapshots/routes.ts'
import { streamHandlers } from './stream/routes.ts'

/** Per credential, or per address for callers without one. A dashboard and a daemon stay far below it. */
const defaultRate: Rate = { perSecond: 50, burst: 200 }

/** The whole control plane as one fetch handler, the same on Node and at the edge. */
export const createApp = (deps: Deps, { rate = defaultRate }: { rate?: Rate } = {}): Hono => {
  const app = new Hono()
  app.use('/v1/self', offerProbeCookie(deps.config.publicUrl))
  const handlers = {
    ...fleetHandlers(deps),
    ...agentHandlers(deps),
    ...sessionHandlers(deps),
    ...snapshotHandlers(deps),
    ...machineHandlers(deps),
    ...auditHandlers(deps),
    ...auditReadingHandlers(deps),
    ...auditSearchHandlers(deps),
    ...tailHandlers(deps),
    ...exportHandlers(deps),
    ...viewHandlers(deps),
    ...shareHandlers(deps),
    ...logHandlers(deps),
    ...erasureHandlers(deps),
    ...streamHandlers(deps),
    ...identityHandlers(deps),
    ...probeHandlers(deps),
    ...installHandlers(deps),
    ...retentionHandlers(deps),
  }
  mount(app, handlers, {
    deps,
    authenticate: createAuthenticate(deps),
    hosts: createHostGuard(deps.config),
    limiter: createLimiter(rate),
  })
  return app
}
