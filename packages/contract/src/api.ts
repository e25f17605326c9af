import { agents } from './agents.ts'
import { audit } from './audit.ts'
import { auditSearch } from './audit-search.ts'
import { auditViews } from './audit-views.ts'
import { fleet } from './fleet.ts'
import { identity } from './identity.ts'
import { install } from './install.ts'
import { log } from './log.ts'
import { machines } from './machines.ts'
import { maintenance } from './maintenance.ts'
import { probes } from './probes.ts'
import { sessions } from './sessions.ts'
import { shares } from './shares.ts'
import { snapshots } from './snapshots.ts'

/** The one table: everything this API answers. */
export const api = {
  ...fleet,
  ...agents,
  ...sessions,
  ...snapshots,
  ...machines,
  ...audit,
  ...auditSearch,
  ...auditViews,
  ...shares,
  ...log,
  ...identity,
  ...probes,
  ...install,
  ...maintenance,
}
export type Api = typeof api
export type EndpointName = keyof Api
