import type * as z from 'zod/mini'
import type { Scope } from './scope.ts'

type Schema = z.ZodMiniType

/** One thing that can be said over the wire, as data (DESIGN rule 1). Handler, client, OpenAPI and access follow from it. */
export interface Endpoint {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Hono-style, `/v1/agents/:id`; every `:name` stands in `params`. `:path{.+}`, at the end, takes slashes too. */
  readonly path: string
  /** What the credential must hold; null lets anyone in (the handler may still learn who asks). */
  readonly scope: Scope | null
  readonly summary: string
  readonly reply: 'json' | 'text' | 'bytes' | 'html' | 'sse' | 'ndjson' | 'none'
  readonly response?: Schema
  readonly params?: Schema
  readonly query?: Schema
  readonly body?: Schema
  /** Request media types, `application/json` unless said. */
  readonly accept?: readonly string[]
  /** Inflated request body at most; 64 KiB unless said. */
  readonly limitBytes?: number
  /** Shape of refusals; `probe` answers in the probe formats. */
  readonly errors?: 'problem' | 'probe'
  /** `node` rows need a process of their own and are absent at the edge. */
  readonly runtime?: 'any' | 'node'
  /** Success status; 200 unless said. */
  readonly status?: 200 | 201 | 202 | 204
}

/** Keeps the literal types of a row. */
export const endpoint = <const E extends Endpoint>(row: E): E => row

type Out<S> = S extends Schema ? z.output<S> : undefined

/** What a caller passes: only the parts the row names. */
export type Args<E extends Endpoint> = (E extends { params: infer P extends Schema }
  ? { params: z.input<P> }
  : unknown) &
  (E extends { query: infer Q extends Schema } ? { query?: z.input<Q> } : unknown) &
  (E extends { body: infer B extends Schema } ? { body: z.input<B> } : unknown)

/** What a handler receives, parsed. */
export interface Parsed<E extends Endpoint> {
  readonly params: E extends { params: infer P } ? Out<P> : undefined
  readonly query: E extends { query: infer Q } ? Out<Q> : undefined
  readonly body: E extends { body: infer B } ? Out<B> : undefined
}

/** What comes back: the parsed JSON, or the raw Response where the reply is not JSON. */
export type Reply<E extends Endpoint> = E extends { reply: 'json'; response: infer R extends Schema }
  ? z.output<R>
  : E extends { reply: 'none' }
    ? undefined
    : Response
