import { Fault } from '@watchbill/contract/fault'
import type { Self } from '@watchbill/contract/identity'
import type { Deps } from '../deps.ts'
import type { Actor, CallContext } from '../http/handler.ts'
import { idleMs } from './cookie.ts'
import { instant, instantOrNull } from './instant.ts'
import { findKey, findSession, listWorkspaces, revokeSession } from './store.ts'

/** Who asks, which workspaces they reach, what they may do. */
export const getSelf = async (deps: Deps, actor: Actor, workspace: string, now: number): Promise<Self> => {
  const all = await listWorkspaces(deps.installation)
  return {
    actor: { kind: actor.kind, id: actor.id, name: actor.name },
    workspace,
    workspaces: all
      .filter((one) => actor.workspaces.includes(one.id))
      .map((one) => ({ ...one, createdAt: instant(one.createdAt) })),
    scopes: [...actor.scopes],
    expiresAt: instantOrNull(actor.expiresAt),
    now: instant(now),
  }
}

/** Ends a browser session. Keys do not sign out, they are revoked. */
export const signOut = async (deps: Deps, { actor, workspace, now }: CallContext): Promise<void> => {
  if (actor.kind !== 'person') {
    throw new Fault('conflict', 'Only a browser session signs out; this credential is a key.', {
      mend: 'Revoke a key with DELETE /v1/keys/<id>.',
    })
  }
  const by = { kind: actor.kind, id: actor.id }
  const event = { type: 'signin.ended', workspace, actor: by, data: {} } as const
  await deps.record(event, revokeSession(actor.id, now))
}

/**
 * Whether a credential that was good when a stream began still is: not revoked, not expired, not idle for too long.
 * Streams ask at least once a second (SECURITY "Web and API").
 */
export const stillValid = async (deps: Deps, actor: Actor, now: number): Promise<boolean> => {
  if (actor.kind === 'person') {
    const session = await findSession(deps.installation, 'id', actor.id)
    if (!session || session.revokedAt !== null) return false
    return session.expiresAt > now && session.lastUsedAt + idleMs > now
  }
  const [workspace = ''] = actor.workspaces
  const key = await findKey(deps.dbFor(workspace), workspace, actor.id)
  if (!key || key.revokedAt !== null) return false
  return key.expiresAt === null || key.expiresAt > now
}
