/** What a credential may do. Every endpoint names exactly one, or null for "anyone" (SECURITY "Web and API"). */
export const scopes = [
  'self:read',
  'fleet:read',
  'snapshot:write',
  'entry:write',
  'log:read',
  'audit:read',
  'audit:share',
  'audit:erase',
  'machine:join',
  'machine:enroll',
  'key:read',
  'key:write',
  'probe:read',
  'workspace:write',
] as const
export type Scope = (typeof scopes)[number]

/** Scopes a person may put on an API key. `machine:join` belongs to enrolment tokens alone. */
export const grantableScopes = [
  'fleet:read',
  'snapshot:write',
  'entry:write',
  'log:read',
  'audit:read',
  'audit:share',
  'audit:erase',
  'machine:enroll',
  'key:read',
  'key:write',
  'probe:read',
  'workspace:write',
] as const satisfies readonly Scope[]

/** One sentence per scope, for the key dialog, the CLI and the API reference. */
export const scopeSummary: Record<Scope, string> = {
  'self:read': 'See who the credential is and what it may do',
  'fleet:read': 'See machines, agents, sessions and the live stream',
  'snapshot:write': 'Report machines and snapshots of agents',
  'entry:write': 'Hand over entries of the record, as one producer',
  'log:read': 'Read checkpoints and proofs of the audit log: hashes, never an entry',
  'audit:read': 'Read the entries of the audit log, and the log as tiles',
  'audit:share': 'Make and revoke links that show entries to outsiders; save queries',
  'audit:erase': 'Erase what entries say, never that they are there',
  'machine:join': 'Join one machine, once (enrolment tokens only)',
  'machine:enroll': 'Create enrolment tokens for machines',
  'key:read': 'List API keys, never their secrets',
  'key:write': 'Create and revoke API keys',
  'probe:read': 'See the detail behind health checks and metrics',
  'workspace:write': 'Delete a demo workspace',
}
