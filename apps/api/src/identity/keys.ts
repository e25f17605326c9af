import { Fault } from '@watchbill/contract/fault'
import type { Key } from '@watchbill/contract/identity'
import { newId } from '@watchbill/contract/ids'
import type { Scope } from '@watchbill/contract/scope'
import { type ActorRef, GuardFailed } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../http/handler.ts'
import { instant, instantOrNull } from './instant.ts'
import { findKey, insertKey, type KeyRow, listKeyRows, revokeKey } from './store.ts'
import { formatToken, hashToken, newSecret } from './token.ts'

export const listKeys = async (deps: Pick<Deps, 'dbFor'>, workspace: string): Promise<Key[]> =>
  (await listKeyRows(deps.dbFor(workspace), workspace)).map(formatKey)

export interface NewKey {
  readonly name: string
  readonly scopes: readonly Scope[]
  readonly ttlSeconds: number | null
}

/** A key and its secret, which is shown this once and kept as a hash. */
export const createKey = async (
  deps: Pick<Deps, 'record' | 'randomBytes'>,
  workspace: string,
  actor: ActorRef,
  asked: NewKey,
  now: number,
): Promise<{ key: Key; secret: string }> => {
  const secret = formatToken(workspace, 'key', newSecret(deps.randomBytes))
  const row: KeyRow = {
    workspace,
    id: newId('key', now, deps.randomBytes(10)),
    kind: 'key',
    name: asked.name,
    scopes: [...new Set(asked.scopes)],
    hash: await hashToken(secret),
    machineId: null,
    createdAt: now,
    expiresAt: asked.ttlSeconds === null ? null : now + asked.ttlSeconds * 1000,
    revokedAt: null,
    lastUsedAt: null,
  }
  const data = { key: row.id, scopes: row.scopes, expiresAt: instantOrNull(row.expiresAt) }
  await deps.record({ type: 'key.created', workspace, actor, data }, insertKey(row))
  return { key: formatKey(row), secret }
}

/** No credential makes another that may do more, or lives longer, than itself. */
export const requireGrantable = (actor: Actor, asked: NewKey, now: number): void => {
  const more = asked.scopes.filter((scope) => !actor.scopes.has(scope))
  if (more.length > 0) {
    throw new Fault('forbidden', `This credential cannot grant what it does not hold: ${more.join(', ')}.`, {
      mend: `Ask for some of: ${[...actor.scopes].filter((scope) => scope !== 'self:read').join(', ')}.`,
    })
  }
  if (actor.kind === 'person' || actor.expiresAt === null) return
  const leftSeconds = Math.floor((actor.expiresAt - now) / 1000)
  if (asked.ttlSeconds !== null && asked.ttlSeconds <= leftSeconds) return
  throw new Fault(
    'forbidden',
    `This key ends at ${instant(actor.expiresAt)}; one it creates may not outlive it.`,
    {
      mend: `Send ttlSeconds of at most ${leftSeconds}.`,
    },
  )
}

/** Revokes a key, machine credential or enrolment token at once. Revoking twice is one revocation and one entry. */
export const removeKey = async (
  deps: Pick<Deps, 'record' | 'dbFor'>,
  workspace: string,
  actor: ActorRef,
  id: string,
  now: number,
): Promise<void> => {
  const row = await findKey(deps.dbFor(workspace), workspace, id)
  if (!row) throw new Fault('not_found', `No key ${id} in workspace ${workspace}.`)
  if (row.revokedAt !== null) return
  const event = { type: 'key.revoked', workspace, actor, data: { key: id } } as const
  try {
    await deps.record(event, revokeKey(workspace, id, now))
  } catch (error) {
    if (!(error instanceof GuardFailed)) throw error
  }
}

const formatKey = (row: KeyRow): Key => ({
  id: row.id,
  name: row.name,
  kind: row.kind,
  scopes: [...row.scopes],
  createdAt: instant(row.createdAt),
  expiresAt: instantOrNull(row.expiresAt),
  revokedAt: instantOrNull(row.revokedAt),
  lastUsedAt: instantOrNull(row.lastUsedAt),
})
