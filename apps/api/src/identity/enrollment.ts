import { Fault } from '@watchbill/contract/fault'
import { newId } from '@watchbill/contract/ids'
import { type ActorRef, GuardFailed } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import type { CallContext } from '../http/handler.ts'
import { instant } from './instant.ts'
import { insertMachineKey, requireMachineKey } from './machine-keys.ts'
import { consumeEnrollment, insertKey, type KeyRow } from './store.ts'
import { formatToken, hashToken, newSecret } from './token.ts'

type Doors = Pick<Deps, 'record' | 'randomBytes'>

/** A token that joins one machine to this workspace, once, within its life. */
export const createEnrollment = async (
  deps: Doors,
  workspace: string,
  actor: ActorRef,
  ttlSeconds: number,
  now: number,
): Promise<{ token: string; expiresAt: string }> => {
  const token = formatToken(workspace, 'enr', newSecret(deps.randomBytes))
  const expiresAt = now + ttlSeconds * 1000
  const row = await newRow(
    deps,
    { workspace, kind: 'enrollment', name: 'Enrolment token', expiresAt },
    token,
    now,
  )
  const data = { key: row.id, expiresAt: instant(expiresAt) }
  await deps.record({ type: 'enrollment.created', workspace, actor, data }, insertKey(row))
  return { token, expiresAt: instant(expiresAt) }
}

/** Uses up the enrolment token; of two at once exactly one gets a machine. Its public key lands with it. */
export const joinMachine = async (
  deps: Doors,
  { actor, workspace, now }: CallContext,
  { name, publicKey }: { readonly name: string; readonly publicKey?: string | undefined },
): Promise<{ machineId: string; workspace: string; credential: string }> => {
  const machineId = newId('mch', now, deps.randomBytes(10))
  const credential = formatToken(workspace, 'mch', newSecret(deps.randomBytes))
  const machineKey = publicKey === undefined ? null : requireMachineKey(publicKey)
  const asked = { workspace, kind: 'machine', name, machineId, expiresAt: null } as const
  const row = await newRow(deps, asked, credential, now)
  const event = {
    type: 'machine.joined',
    workspace,
    actor: { kind: actor.kind, id: actor.id },
    data: { machine: machineId, key: row.id, ...(publicKey === undefined ? {} : { publicKey }) },
  } as const
  const keyWrites = machineKey === null ? [] : [insertMachineKey(workspace, machineId, machineKey, now)]
  try {
    await deps.record(event, consumeEnrollment(workspace, actor.id, now), insertKey(row), ...keyWrites)
  } catch (error) {
    throw error instanceof GuardFailed ? alreadyUsed() : error
  }
  return { machineId, workspace, credential }
}

const alreadyUsed = () =>
  new Fault('unauthenticated', 'This enrolment token was already used, or was revoked.', {
    mend: 'Make a new one with `watchbill enroll-token`; each joins one machine.',
  })

const newRow = async (
  deps: Doors,
  asked: {
    workspace: string
    kind: 'machine' | 'enrollment'
    name: string
    machineId?: string
    expiresAt: number | null
  },
  token: string,
  now: number,
): Promise<KeyRow> => ({
  ...asked,
  id: newId('key', now, deps.randomBytes(10)),
  scopes: asked.kind === 'machine' ? ['snapshot:write', 'entry:write', 'log:read'] : ['machine:join'],
  hash: await hashToken(token),
  machineId: asked.machineId ?? null,
  createdAt: now,
  revokedAt: null,
  lastUsedAt: null,
})
