import { agents } from '@watchbill/contract/agents'
import { audit } from '@watchbill/contract/audit'
import { auditSearch } from '@watchbill/contract/audit-search'
import { auditViews } from '@watchbill/contract/audit-views'
import type { Endpoint } from '@watchbill/contract/endpoint'
import { fleet } from '@watchbill/contract/fleet'
import { identity } from '@watchbill/contract/identity'
import { install } from '@watchbill/contract/install'
import { log } from '@watchbill/contract/log'
import { machines } from '@watchbill/contract/machines'
import { maintenance } from '@watchbill/contract/maintenance'
import { probes } from '@watchbill/contract/probes'
import { sessions } from '@watchbill/contract/sessions'
import { shares } from '@watchbill/contract/shares'
import { snapshots } from '@watchbill/contract/snapshots'
import { describeOperation, matchesFilter, type Operation } from './operation.ts'

export interface OperationGroup {
  readonly id: string
  readonly title: string
  readonly about: string
  readonly operations: readonly Operation[]
}

const doors: readonly (readonly [string, string, string, Readonly<Record<string, Endpoint>>])[] = [
  ['fleet', 'Fleet', 'The roll-up behind the fleet page, and the live stream every page listens to.', fleet],
  ['agents', 'Agents', 'One runtime installation on a machine, for an owner.', agents],
  ['sessions', 'Sessions', 'One run or conversation of an agent.', sessions],
  ['snapshots', 'Snapshots', 'What a daemon, or anything else, reports of an agent.', snapshots],
  ['machines', 'Machines', 'Hosts: enrolment, and what their daemons say of themselves.', machines],
  ['audit', 'Record', 'Numbered, chained entries of what agents did, and who wrote them.', audit],
  [
    'search',
    'Search',
    'Questions to the record: counts, gaps, a live tail, exports, proofs of what was found.',
    auditSearch,
  ],
  ['views', 'Views', 'Queries kept by a name.', auditViews],
  ['shares', 'Shares', 'Links that show entries to outsiders, and the pages such a link opens.', shares],
  ['log', 'Log', 'The log as any C2SP client reads it: checkpoint, tiles, entry bundles.', log],
  ['identity', 'Identity', 'Signing in, API keys, workspaces.', identity],
  [
    'probes',
    'Probes',
    'For Kubernetes, uptime monitors and Prometheus; unprefixed, no key needed to ask.',
    probes,
  ],
  ['install', 'Install', 'The daemon, handed out by the control plane itself.', install],
  ['maintenance', 'Maintenance', 'For the scheduler of a hosted deployment.', maintenance],
]

const groups: readonly OperationGroup[] = doors.map(([id, title, about, rows]) => ({
  id,
  title,
  about,
  operations: Object.entries(rows).map(([name, row]) => describeOperation(name, row)),
}))

/** The contract's rows by resource, those the filter lets through; resources left empty are dropped. */
export const operationGroups = (filter = ''): OperationGroup[] =>
  groups
    .map((group) => ({
      ...group,
      operations: group.operations.filter((operation) => matchesFilter(operation, filter)),
    }))
    .filter((group) => group.operations.length > 0)
