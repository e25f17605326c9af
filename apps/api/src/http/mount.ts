import { api, type EndpointName } from '@watchbill/contract/api'
import type { Endpoint } from '@watchbill/contract/endpoint'
import { Fault } from '@watchbill/contract/fault'
import { newId } from '@watchbill/contract/ids'
import type { Context, Hono } from 'hono'
import type { Deps } from '../deps.ts'
import { admit, type Gate, isOpenProbe } from './admit.ts'
import { readJsonBody } from './body.ts'
import { parseInput } from './complaints.ts'
import type { Actor, CallContext, Handlers } from './handler.ts'
import { faultOf, problemResponse } from './problem.ts'
import { readQuery } from './query.ts'
import { replyResponse, secured } from './reply.ts'

/** Rows this runtime answers; `node` rows are absent at the edge. */
export const rowsOf = (runtime: 'node' | 'edge'): [EndpointName, Endpoint][] =>
  endpointNames()
    .map((name): [EndpointName, Endpoint] => [name, api[name]])
    .filter(([, row]) => runtime === 'node' || row.runtime !== 'node')

/** Object.keys forgets the key type; the table is ours and closed. */
const endpointNames = () => Object.keys(api) as EndpointName[]

type AnyHandler = (
  input: { params: unknown; query: unknown; body: unknown },
  context: CallContext<Actor | null>,
) => Promise<unknown>

/** A row and its handler belong together by name, which a loop over the table cannot express. */
const handlerOf = (handlers: Partial<Handlers<EndpointName>>, name: EndpointName) =>
  handlers[name] as AnyHandler | undefined

/** The only adapter between the contract and Hono: registers every row, and refuses what is none. */
export const mount = (app: Hono, handlers: Handlers<EndpointName>, gate: Gate): void => {
  const rows = rowsOf(gate.deps.config.runtime)
  for (const [name, row] of rows) {
    const handler = handlerOf(handlers, name)
    if (!handler) throw new Error(`${name} has no handler`)
    app.on(row.method, row.path, (c) => framed(c, gate, row, (call) => answer(c, gate, row, handler, call)))
  }
  for (const path of new Set(rows.map(([, row]) => row.path))) {
    const allow = allowed(rows, path)
    app.all(path, (c) => framed(c, gate, { path }, () => Promise.reject(wrongMethod(allow)), { allow }))
  }
  app.notFound((c) => framed(c, gate, { path: 'none' }, () => Promise.reject(nothingHere())))
  app.onError((error, c) => framed(c, gate, { path: 'none' }, () => Promise.reject(error)))
}

const allowed = (rows: readonly [EndpointName, Endpoint][], path: string): string =>
  rows
    .filter(([, row]) => row.path === path)
    .flatMap(([, row]) => (row.method === 'GET' ? ['GET', 'HEAD'] : [row.method]))
    .join(', ')

const wrongMethod = (allow: string) =>
  new Fault('method_not_allowed', `this address answers to ${allow} only`)
const nothingHere = () => new Fault('not_found', 'no such address; /openapi.json lists those there are')

interface Call {
  readonly requestId: string
  readonly now: number
}

/** What surrounds every answer: host, request id, faults, headers, the count. */
const framed = async (
  c: Context,
  gate: Gate,
  row: Pick<Endpoint, 'path' | 'errors'> & Partial<Endpoint>,
  work: (call: Call) => Promise<Response>,
  onFault: Readonly<Record<string, string>> = {},
): Promise<Response> => {
  const { deps } = gate
  const started = performance.now()
  const request = c.req.raw
  const call = { requestId: requestIdOf(request, deps), now: deps.now() }
  let response: Response
  try {
    if (!isOpenProbe(row)) gate.hosts.requireOurHost(request)
    response = await work(call)
  } catch (error) {
    if (faultOf(error).code === 'internal') logSurprise(deps, error, row.path, call.requestId)
    response = problemResponse(error, call.requestId, row.errors ?? 'problem')
    for (const [name, value] of Object.entries(onFault)) response.headers.set(name, value)
  }
  if (request.method === 'HEAD') response = await headOf(response)
  // Never the caller's own word: a label needs a closed set.
  deps.meters.answered(row.path, row.method ?? 'other', response.status, (performance.now() - started) / 1000)
  return secured(response, call.requestId)
}

/** Hono answers HEAD by running GET and dropping the body: an unread stream would stay open behind it. */
const headOf = async (response: Response): Promise<Response> => {
  await response.body?.cancel()
  return new Response(null, { status: response.status, headers: response.headers })
}

const answer = async (
  c: Context,
  gate: Gate,
  row: Endpoint,
  handler: AnyHandler,
  call: Call,
): Promise<Response> => {
  const request = c.req.raw
  const { query, workspace: asked } = readQuery(request, row)
  const { actor, workspace } = await admit(gate, row, request, call.now, asked)
  const body = row.body ? await readJsonBody(request, row) : undefined
  const input = parseInput(row, { params: c.req.param(), query, body })
  return replyResponse(row, await handler(input, { ...call, actor, workspace, request }), request)
}

/** A caller's id is kept when it is plain, so that one request can be followed across logs. */
const requestIdOf = (request: Request, deps: Deps): string => {
  const given = request.headers.get('x-request-id')
  return given !== null && /^[A-Za-z0-9][A-Za-z0-9._-]{7,63}$/.test(given)
    ? given
    : newId('req', deps.now(), deps.randomBytes(10))
}

const logSurprise = (deps: Deps, error: unknown, path: string, requestId: string): void => {
  const at = new Date(deps.now()).toISOString()
  deps.log({ level: 'error', at, msg: 'unexpected', requestId, path, stack: stackOf(error) })
}

/** Name, message and frames down the causes. Drizzle puts bound values behind `params:`; they stay out of the log. */
const stackOf = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error).slice(0, 500)
  const message = error.message.split('\nparams:')[0] ?? ''
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  const cause = error.cause instanceof Error ? `\ncaused by ${stackOf(error.cause)}` : ''
  return `${error.name}: ${message.slice(0, 1000)}\n${frames.slice(0, 12).join('\n')}${cause}`
}
