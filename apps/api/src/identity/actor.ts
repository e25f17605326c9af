import { grantableScopes, type Scope } from '@watchbill/contract/scope'
import type { Actor } from '../http/handler.ts'
import type { KeyRow, SessionRow } from './store.ts'

/** A person may do everything that can be granted, in every workspace of the installation. */
export const personActor = (session: SessionRow, workspaces: readonly { id: string }[]): Actor => ({
  kind: 'person',
  id: session.id,
  name: session.name,
  scopes: new Set<Scope>(['self:read', ...grantableScopes]),
  workspaces: workspaces.map((one) => one.id),
  machineId: null,
  expiresAt: session.expiresAt,
})

/** What a key of each kind can ever hold, whatever its row says; `self:read` comes with every credential. */
const ceiling: Record<KeyRow['kind'], readonly Scope[]> = {
  key: grantableScopes,
  machine: ['snapshot:write', 'entry:write', 'log:read'],
  enrollment: ['machine:join'],
}

/** A key reaches its own workspace alone; a machine credential speaks for its own machine alone. */
export const keyActor = (row: KeyRow): Actor => ({
  kind: row.kind,
  id: row.id,
  name: row.name,
  scopes: new Set<Scope>(['self:read', ...row.scopes.filter((scope) => ceiling[row.kind].includes(scope))]),
  workspaces: [row.workspace],
  machineId: row.machineId,
  expiresAt: row.expiresAt,
})
