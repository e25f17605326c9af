import { type Api, api, type EndpointName } from './api.ts'
import { type CallOptions, type ClientOptions, callsOf } from './calls.ts'
import type { Args, Endpoint, Reply } from './endpoint.ts'

export type { CallOptions, ClientOptions } from './calls.ts'

type Call<E extends Endpoint> =
  Record<never, never> extends Args<E>
    ? (args?: Args<E>, options?: CallOptions) => Promise<Reply<E>>
    : (args: Args<E>, options?: CallOptions) => Promise<Reply<E>>

/** One method per row: `client.listAgents({ query })`. */
export type Client = { readonly [K in EndpointName]: Call<Api[K]> }

/**
 * The typed client. Replies are parsed by the row's schema; a refusal throws the Fault it names, a network error
 * Fault `unavailable`, an answer that breaks the contract Fault `internal`. Aborting throws the signal's reason.
 * It never retries.
 */
export const createClient = (options: ClientOptions): Client => asClient(callsOf(api, options))

/** `callsOf` makes one call per row, which the type checker cannot follow. */
const asClient = (calls: unknown) => calls as Client
