import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'
import { grantableScopes, scopes } from './scope.ts'
import { Instant, KeyId, text, WorkspaceId } from './values.ts'

export const Workspace = z.object({
  id: WorkspaceId,
  name: z.string(),
  kind: z.enum(['real', 'demo']),
  createdAt: Instant,
})
export type Workspace = z.infer<typeof Workspace>

/** Who a credential is. */
export const Self = z.object({
  actor: z.object({
    kind: z.enum(['person', 'key', 'machine', 'enrollment']),
    id: z.string(),
    name: z.string(),
  }),
  workspace: WorkspaceId,
  workspaces: z.array(Workspace),
  scopes: z.array(z.enum(scopes)),
  expiresAt: z.nullable(Instant),
  now: Instant,
})
export type Self = z.infer<typeof Self>

export const Key = z.object({
  id: KeyId,
  name: z.string(),
  kind: z.enum(['key', 'machine', 'enrollment']),
  scopes: z.array(z.enum(scopes)),
  createdAt: Instant,
  expiresAt: z.nullable(Instant),
  revokedAt: z.nullable(Instant),
  lastUsedAt: z.nullable(Instant),
})
export type Key = z.infer<typeof Key>

export const identity = {
  signIn: endpoint({
    method: 'POST',
    path: '/v1/sign-in',
    scope: null,
    summary: 'Redeem a one-time sign-in token for a session cookie',
    body: z.strictObject({
      token: z.string().check(z.regex(/^[A-Za-z0-9_-]{16,200}$/, 'must be a sign-in token')),
    }),
    limitBytes: 4096,
    reply: 'json',
    response: Self,
  }),
  getSelf: endpoint({
    method: 'GET',
    path: '/v1/self',
    scope: 'self:read',
    summary: 'Who this credential is, which workspaces it reaches, what it may do',
    reply: 'json',
    response: Self,
  }),
  signOut: endpoint({
    method: 'DELETE',
    path: '/v1/self',
    scope: 'self:read',
    summary: 'End this session',
    reply: 'none',
    status: 204,
  }),
  listKeys: endpoint({
    method: 'GET',
    path: '/v1/keys',
    scope: 'key:read',
    summary: 'API keys and machine credentials, never their secrets',
    reply: 'json',
    response: z.object({ keys: z.array(Key), now: Instant }),
  }),
  createKey: endpoint({
    method: 'POST',
    path: '/v1/keys',
    scope: 'key:write',
    summary: 'Create an API key; its secret is shown this once',
    body: z.strictObject({
      name: text(120).check(z.minLength(1)),
      scopes: z.array(z.enum(grantableScopes)).check(z.minLength(1), z.maxLength(grantableScopes.length)),
      ttlSeconds: z._default(z.nullable(z.int().check(z.minimum(60), z.maximum(366 * 86_400))), null),
    }),
    reply: 'json',
    status: 201,
    response: z.object({ key: Key, secret: z.string() }),
  }),
  removeKey: endpoint({
    method: 'DELETE',
    path: '/v1/keys/:id',
    scope: 'key:write',
    summary: 'Revoke a key at once',
    params: z.strictObject({ id: KeyId }),
    reply: 'none',
    status: 204,
  }),
  removeWorkspace: endpoint({
    method: 'DELETE',
    path: '/v1/workspaces/:id',
    scope: 'workspace:write',
    summary: 'Delete a demo workspace and all that is in it',
    params: z.strictObject({ id: WorkspaceId }),
    reply: 'none',
    status: 204,
  }),
}
