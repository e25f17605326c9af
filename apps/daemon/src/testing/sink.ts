import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { api } from '@watchbill/contract/api'
import type { MachineReport } from '@watchbill/contract/machines'
import type { SessionReport } from '@watchbill/contract/sessions'
import type { Snapshot } from '@watchbill/contract/snapshots'
import { EntryBook } from './entry-book.ts'
import { listenAnywhere, listenAt } from './port.ts'

export const sinkMachineId = 'mch_01a1f848-b543-7e91-9e5e-989cb75f9d5f'

/** A real HTTP server that takes what a control plane takes, by the contract's schemas, and remembers it. */
export class Sink {
  readonly snapshots: Snapshot[] = []
  /** Every body as it came, inflated: for what must never be in one. */
  readonly bodies: string[] = []
  readonly tokens = new Set<string>()
  readonly book = new EntryBook()
  /** Answers entries so instead of storing them; null stores. */
  refuseEntries: (() => { status: number; code: string } | null) | null = null
  /** Answers questions about the log so; null shows it. */
  refuseLog: { status: number; code: string } | null = null
  machine: MachineReport | null = null
  /** Public keys of machines that joined, base64url. */
  readonly publicKeys: string[] = []
  duplicates = 0
  /** Answers instead of storing; null stores. */
  refuse: ((snapshots: readonly Snapshot[]) => { status: number; code: string } | null) | null = null
  /** Stores and then hangs up without an answer: the daemon cannot know. */
  hangUp = false
  readonly #ids = new Set<string>()
  #server: Server | null = null
  port = 0

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  get listening(): boolean {
    return this.#server !== null
  }

  async open(): Promise<void> {
    const server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.destroy())
    })
    if (this.port === 0) this.port = await listenAnywhere(server)
    else await listenAt(server, this.port)
    this.#server = server
  }

  /** The port goes away; what was stored stays. */
  async close(): Promise<void> {
    const server = this.#server
    this.#server = null
    server?.closeAllConnections()
    await new Promise<void>((resolve) => (server === null ? resolve() : server.close(() => resolve())))
  }

  /** The newest report of every session, by native id, in the order the server would apply them. */
  sessions(): Map<string, SessionReport> {
    const latest = new Map<string, SessionReport>()
    const ordered = [...this.snapshots].sort((left, right) => left.observedAt.localeCompare(right.observedAt))
    for (const { sessions } of ordered) for (const session of sessions) latest.set(session.nativeId, session)
    return latest
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await readBody(request)
    this.bodies.push(body)
    this.tokens.add(request.headers.authorization ?? '')
    if (request.method === 'POST' && request.url === '/v1/machines') return this.#join(body, response)
    if (request.method === 'PUT') return this.#report(body, response)
    if (request.method === 'POST' && request.url === '/v1/snapshots') return this.#store(body, response)
    if (request.method === 'POST' && request.url === '/v1/audit/entries')
      return this.#storeEntries(body, response)
    if (request.method === 'GET' && this.#prove(new URL(request.url ?? '/', this.url), response)) return
    if (request.url === '/livez') return reply(response, 200, { status: 'ok' })
    reply(response, 404, problem(404, 'not_found'))
  }

  /** What a log shows of itself; false for another address. */
  #prove({ pathname, searchParams }: URL, response: ServerResponse): boolean {
    const number = (name: string) => Number(searchParams.get(name))
    const { log } = this.book
    if (this.refuseLog !== null && pathname.startsWith('/v1/audit/'))
      reply(response, this.refuseLog.status, problem(this.refuseLog.status, this.refuseLog.code))
    else if (pathname === '/v1/audit/log') reply(response, 200, log.facts())
    else if (pathname === '/v1/audit/range')
      reply(response, 200, log.range(number('from'), number('to'), number('size')))
    else if (pathname === '/v1/audit/consistency')
      reply(response, 200, log.consistency(number('from'), number('to')))
    else return false
    return true
  }

  #storeEntries(body: string, response: ServerResponse): void {
    const { entries } = api.postEntries.body.parse(JSON.parse(body))
    const refusal = this.refuseEntries?.() ?? null
    if (refusal !== null) {
      reply(response, refusal.status, problem(refusal.status, refusal.code))
      return
    }
    const answer = this.book.store(entries)
    if (this.hangUp) response.destroy()
    else if (typeof answer !== 'string')
      reply(response, 200, { receipts: answer, expected: this.book.expected() })
    else
      reply(response, 409, {
        ...problem(409, 'conflict'),
        errors: [{ pointer: '/entries/0/header', detail: answer }],
      })
  }

  #join(body: string, response: ServerResponse): void {
    const { publicKey } = api.joinMachine.body.parse(JSON.parse(body))
    if (publicKey !== undefined) this.publicKeys.push(publicKey)
    reply(response, 201, {
      machineId: sinkMachineId,
      workspace: 'default',
      credential: 'wb_default_mch_secret',
    })
  }

  #report(body: string, response: ServerResponse): void {
    this.machine = api.putMachine.body.parse(JSON.parse(body)).machine
    reply(response, 200, { now: new Date().toISOString() })
  }

  #store(body: string, response: ServerResponse): void {
    const parsed = api.postSnapshots.body.safeParse(JSON.parse(body))
    // As the control plane does it: the credential is looked at first.
    const snapshots = parsed.success ? parsed.data.snapshots : []
    const malformed = parsed.success ? null : { status: 422, code: 'invalid_request' }
    const refusal = this.refuse?.(snapshots) ?? malformed
    if (refusal !== null) {
      reply(response, refusal.status, problem(refusal.status, refusal.code))
      return
    }
    for (const snapshot of snapshots) {
      if (this.#ids.has(snapshot.id)) this.duplicates += 1
      else this.snapshots.push(snapshot)
      this.#ids.add(snapshot.id)
    }
    if (this.hangUp) response.destroy()
    else
      reply(response, 200, {
        receipts: snapshots.map(({ id }) => ({ id, status: 'stored' })),
        skewMs: null,
        now: new Date().toISOString(),
      })
  }
}

const readBody = async (request: IncomingMessage): Promise<string> => {
  const pieces: Buffer[] = []
  for await (const piece of request) pieces.push(Buffer.from(piece))
  const bytes = Buffer.concat(pieces)
  return (request.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString('utf8')
}

const reply = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, {
    'content-type': status < 300 ? 'application/json' : 'application/problem+json',
  })
  response.end(JSON.stringify(body))
}

const problem = (status: number, code: string) => ({
  type: 'about:blank',
  title: code,
  status,
  code,
  detail: `refused for the test: ${code}`,
  mend: null,
  requestId: null,
  errors: [],
})
