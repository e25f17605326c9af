import { Fault } from '@watchbill/contract/fault'
import { type ActorRef, GuardFailed } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { insertWorkspace, listWorkspaces, removeDemo } from './store.ts'

/** Creates a workspace unless it stands already. Returns whether it was created. */
export const putWorkspace = async (
  deps: Pick<Deps, 'installation' | 'record'>,
  actor: ActorRef,
  row: { id: string; name: string; kind: 'real' | 'demo' },
  now: number,
): Promise<boolean> => {
  const known = (await listWorkspaces(deps.installation)).find((one) => one.id === row.id)
  if (known?.kind === row.kind) return false
  if (known) throw new Fault('conflict', `Workspace ${row.id} exists and is ${known.kind}, not ${row.kind}.`)
  const event = { type: 'workspace.created', workspace: row.id, actor, data: { kind: row.kind } } as const
  await deps.record(event, insertWorkspace({ ...row, createdAt: now }))
  return true
}

/** Every installation has a workspace `default`. Of two programs that start at once, one creates it. */
export const putDefaultWorkspace = async (
  deps: Pick<Deps, 'installation' | 'record'>,
  now: number,
): Promise<boolean> => {
  const row = { id: 'default', name: 'Default', kind: 'real' } as const
  try {
    return await putWorkspace(deps, { kind: 'installation', id: 'console' }, row, now)
  } catch (error) {
    const stands = (await listWorkspaces(deps.installation)).some((one) => one.id === row.id)
    if (stands) return false
    throw error
  }
}

/** Deletes a demo workspace and every row in it, in one batch. The entry about it stays in `default`. */
export const removeWorkspace = async (
  deps: Pick<Deps, 'installation' | 'record'>,
  actor: ActorRef,
  reachable: readonly string[],
  id: string,
): Promise<void> => {
  const known = (await listWorkspaces(deps.installation)).find((one) => one.id === id)
  if (!known || !reachable.includes(id)) throw unknown(id)
  if (known.kind !== 'demo') {
    throw new Fault('conflict', `Workspace ${id} holds real records; only a demo workspace can be deleted.`)
  }
  const event = { type: 'workspace.removed', workspace: 'default', actor, data: { workspace: id } } as const
  try {
    await deps.record(event, ...removeDemo(id))
  } catch (error) {
    throw error instanceof GuardFailed ? unknown(id) : error
  }
}

const unknown = (id: string) => new Fault('not_found', `No workspace ${id}.`)
