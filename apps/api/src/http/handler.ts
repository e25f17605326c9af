import type { Api, EndpointName } from '@watchbill/contract/api'
import type { Endpoint, Parsed, Reply } from '@watchbill/contract/endpoint'
import type { Scope } from '@watchbill/contract/scope'

/** Who asks, after authentication. */
export interface Actor {
  readonly kind: 'person' | 'key' | 'machine' | 'enrollment'
  /** `key_…` or `brs_…`; goes into entries. */
  readonly id: string
  readonly name: string
  readonly scopes: ReadonlySet<Scope>
  /** Workspaces this credential reaches; a key reaches one. */
  readonly workspaces: readonly string[]
  /** Set for machine credentials: the one machine they may speak for. */
  readonly machineId: string | null
  readonly expiresAt: number | null
}

/** What every handler receives beside the parsed request. */
export interface CallContext<A = Actor> {
  readonly actor: A
  /** The workspace this call is about: from the credential, or `?workspace=` among those it reaches. */
  readonly workspace: string
  /** Server time of this call, ms. */
  readonly now: number
  readonly request: Request
  readonly requestId: string
}

type ActorOf<E extends Endpoint> = E extends { scope: null } ? Actor | null : Actor

/** JSON handlers return the body, or `withHeaders(body, …)`; the others return a Response. */
export type Handler<E extends Endpoint> = (
  input: Parsed<E>,
  context: CallContext<ActorOf<E>>,
) => Promise<Reply<E> | WithHeaders<Reply<E>>>

export type Handlers<N extends EndpointName> = { readonly [K in N]: Handler<Api[K]> }

/** A reply body with headers of its own (Set-Cookie, ETag) or another status (304). */
export class WithHeaders<T> {
  readonly body: T
  readonly headers: Readonly<Record<string, string | readonly string[]>>
  constructor(body: T, headers: Readonly<Record<string, string | readonly string[]>>) {
    this.body = body
    this.headers = headers
  }
}
