import type { Endpoint } from '@watchbill/contract/endpoint'
import { Fault } from '@watchbill/contract/fault'
import type { Scope } from '@watchbill/contract/scope'
import type { Deps } from '../deps.ts'
import type { Authenticate } from './auth.ts'
import type { Actor } from './handler.ts'
import type { HostGuard } from './hosts.ts'
import type { Limiter } from './limiter.ts'
import { faultOf } from './problem.ts'

/** What stands between a request and its handler. */
export interface Gate {
  readonly deps: Deps
  readonly authenticate: Authenticate
  readonly hosts: HostGuard
  readonly limiter: Limiter
}

/** Kubelets probe by pod address, and these rows tell a stranger nothing a rebound page could use. */
export const isOpenProbe = (row: Partial<Endpoint>): boolean => row.errors === 'probe' && row.scope === null

/**
 * Pages for outsiders (share links) act for nobody: whoever asks, signed in or not, gets the same answer. So nobody is looked
 * up, and their form, which a page without referrer posts as `Origin: null` (Fetch §3.2), needs no origin of ours.
 */
const isOpenPage = (row: Endpoint): boolean => row.scope === null && row.reply === 'html'

/** TRUST BOUNDARY: credential, rate, scope, workspace, origin, in this order. Throws the Fault of the first that fails. */
export const admit = async (
  gate: Gate,
  row: Endpoint,
  request: Request,
  now: number,
  asked: string | null,
): Promise<{ actor: Actor | null; workspace: string }> => {
  const actor = await identify(gate, row, request, now)
  if (!isOpenProbe(row)) takeToken(gate, actor?.id ?? addressKey(gate, request), now)
  if (row.scope !== null) requireScope(row.scope, actor)
  const workspace = requireWorkspace(actor, asked)
  requireOwnWrite(gate, row, request, actor)
  return { actor, workspace }
}

const identify = async (gate: Gate, row: Endpoint, request: Request, now: number): Promise<Actor | null> => {
  if (isOpenPage(row)) return null
  try {
    return await gate.authenticate(request, now)
  } catch (error) {
    // A stale cookie must not keep anybody from signing in, nor a dead database from asking whether we live.
    if (row.scope === null) return null
    if (faultOf(error).code === 'unauthenticated') takeToken(gate, addressKey(gate, request), now)
    throw error
  }
}

const addressKey = (gate: Gate, request: Request) => `address ${gate.deps.addressOf(request) ?? 'unknown'}`

const takeToken = (gate: Gate, key: string, now: number): void => {
  const retryAfterSeconds = gate.limiter.take(key, now)
  if (retryAfterSeconds === 0) return
  throw new Fault('rate_limited', 'this credential or address asked too often', { retryAfterSeconds })
}

const requireScope = (scope: Scope, actor: Actor | null): void => {
  if (actor === null) throw new Fault('unauthenticated', 'this call needs a credential')
  if (!actor.scopes.has(scope)) throw new Fault('forbidden', `this credential lacks the scope ${scope}`)
}

/** One that exists and one that does not look alike to a credential that reaches neither (DESIGN rule 3). */
const requireWorkspace = (actor: Actor | null, asked: string | null): string => {
  if (asked === null) return actor?.workspaces[0] ?? ''
  if (actor?.workspaces.includes(asked)) return asked
  throw new Fault('not_found', 'no such workspace for this credential')
}

/** Cookies travel with other sites' requests, Authorization does not: cookie writes and sign-in prove their origin. */
const requireOwnWrite = (gate: Gate, row: Endpoint, request: Request, actor: Actor | null): void => {
  if (row.method === 'GET' || isOpenPage(row)) return
  const fromBrowser = request.headers.has('origin') && !request.headers.has('authorization')
  if (actor?.kind === 'person' || fromBrowser) gate.hosts.requireOurOrigin(request)
}
