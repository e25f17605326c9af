import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'
import { Count, Instant, MachineId, text } from './values.ts'

/** One folder the daemon looked at for sessions, and what it found; `path` is shortened to `~/…`. */
export const LookedAt = z.strictObject({
  runtime: text(40),
  path: text(300),
  state: z.enum(['found', 'absent', 'unreadable']),
  reason: z._default(z.nullable(text(300)), null),
  sessionCount: Count,
})
export type LookedAt = z.infer<typeof LookedAt>

/** What a daemon says of its own host; replaces what it said before. */
export const MachineReport = z.strictObject({
  name: text(120).check(z.minLength(1)),
  os: z.nullable(text(60)),
  arch: z.nullable(text(30)),
  daemonVersion: z.nullable(text(40)),
  daemonStartedAt: z.nullable(Instant),
  /** Age at which a silent machine counts as not reporting. */
  ttlMs: z.int().check(z.minimum(1000), z.maximum(86_400_000)),
  lookedAt: z.array(LookedAt).check(z.maxLength(64)),
  /** Rows the parsers did not know or could not read, by kind: "collector health". */
  unread: z._default(
    z.array(z.strictObject({ what: text(120), count: z.int().check(z.minimum(0)) })).check(z.maxLength(64)),
    [],
  ),
})
export type MachineReport = z.infer<typeof MachineReport>

export const Machine = z.object({
  id: MachineId,
  name: z.string(),
  os: z.nullable(z.string()),
  arch: z.nullable(z.string()),
  daemonVersion: z.nullable(z.string()),
  daemonStartedAt: z.nullable(Instant),
  firstSeenAt: Instant,
  lastSeenAt: Instant,
  /** When it becomes "not reporting" unless it speaks again. */
  staleAt: Instant,
  reporting: z.boolean(),
  /** Its clock against ours, ms; positive when its clock is behind. Null until it said what time it has. */
  skewMs: z.nullable(z.int()),
  agentCount: z.int(),
  lookedAt: z.array(LookedAt),
  unread: z.array(z.object({ what: z.string(), count: z.int() })),
})
export type Machine = z.infer<typeof Machine>

export const machines = {
  createEnrollment: endpoint({
    method: 'POST',
    path: '/v1/enrollments',
    scope: 'machine:enroll',
    summary: 'Create an enrolment token: joins one machine, once, within its life',
    body: z.strictObject({ ttlSeconds: z._default(z.int().check(z.minimum(60), z.maximum(86_400)), 3600) }),
    reply: 'json',
    status: 201,
    response: z.object({ token: z.string(), expiresAt: Instant }),
  }),
  joinMachine: endpoint({
    method: 'POST',
    path: '/v1/machines',
    scope: 'machine:join',
    summary: 'Trade an enrolment token for a credential limited to one new machine',
    body: z.strictObject({
      name: text(120).check(z.minLength(1)),
      /** Ed25519 public key made on that machine, base64url: its `producer.sealed` entries are checked against it. */
      publicKey: z.optional(z.string().check(z.regex(/^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$/))),
    }),
    reply: 'json',
    status: 201,
    response: z.object({ machineId: MachineId, workspace: z.string(), credential: z.string() }),
  }),
  listMachines: endpoint({
    method: 'GET',
    path: '/v1/machines',
    scope: 'fleet:read',
    summary: 'Every machine, the folders its daemon looked at, and whether it still reports',
    reply: 'json',
    response: z.object({ machines: z.array(Machine), now: Instant }),
  }),
  putMachine: endpoint({
    method: 'PUT',
    path: '/v1/machines/:id',
    scope: 'snapshot:write',
    summary: 'Report the machine itself: name, daemon, folders looked at',
    params: z.strictObject({ id: MachineId }),
    body: z.strictObject({ sentAt: z.optional(Instant), machine: MachineReport }),
    limitBytes: 256 * 1024,
    reply: 'json',
    response: z.object({ now: Instant }),
  }),
}
