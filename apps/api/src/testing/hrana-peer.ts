import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import Database from 'libsql'
import * as z from 'zod/mini'
import { answer, formatError, type Stream, StreamRequest } from './hrana-protocol.ts'

export interface HranaPeer {
  /** `http://127.0.0.1:<port>` */
  readonly url: string
  readonly token: string | undefined
  /** Set by a test at any time; they hold from the next request on. */
  readonly faults: Faults
  close(): Promise<void>
}

interface Faults {
  /** Waits before each answer, ms. */
  latencyMs: number
  /** Cuts every connection without a word, as a server that is gone. */
  down: boolean
  /** So many of the next requests get a 500 and are not run. */
  failNext: number
  /** So many of the next requests are run, and then cut off before the answer. */
  cutNext: number
  /** Idle streams expire after this long, ms (Turso and sqld: 10 s). */
  streamTtlMs: number
}

export interface PeerOptions {
  /** A local libSQL file; created when missing. */
  readonly path: string
  /** Bearer token every request must carry. */
  readonly token?: string
}

/** A Hrana 2 server on an ephemeral loopback port: the protocol, for tests. It shows nothing about replication. */
export const startHranaPeer = async ({ path, token }: PeerOptions): Promise<HranaPeer> => {
  const faults: Faults = { latencyMs: 0, down: false, failNext: 0, cutNext: 0, streamTtlMs: 10_000 }
  const streams = createStreams(path, faults)
  const server = createServer((request, response) => {
    serve(request, response, { token, faults, streams }).catch(() => request.socket.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the peer has no port')
  return {
    url: `http://127.0.0.1:${address.port}`,
    token,
    faults,
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      streams.close()
    },
  }
}

interface Serving {
  readonly token: string | undefined
  readonly faults: Faults
  readonly streams: Streams
}

const PipelineBody = z.object({ baton: z.nullish(z.string()), requests: z.array(StreamRequest) })

const serve = async (
  request: IncomingMessage,
  response: ServerResponse,
  { token, faults, streams }: Serving,
) => {
  if (faults.down) return void request.socket.destroy()
  if (token !== undefined && !isBearer(request.headers.authorization, token)) {
    return send(response, 401, { error: 'Unauthorized' })
  }
  if (request.method === 'GET' && /^\/(v2|health)$/.test(request.url ?? '')) return send(response, 200, {})
  if (request.method !== 'POST' || request.url !== '/v2/pipeline') return send(response, 404, {})
  const text = await readText(request)
  if (faults.latencyMs > 0) await new Promise((resolve) => setTimeout(resolve, faults.latencyMs))
  if (faults.failNext > 0) {
    faults.failNext -= 1
    return send(response, 500, { message: 'injected', code: 'SERVER_ERROR' })
  }
  const body = PipelineBody.safeParse(JSON.parse(text))
  if (!body.success) return send(response, 400, { message: z.prettifyError(body.error), code: 'PROTOCOL' })
  const reply = runPipeline(streams, body.data)
  if (faults.cutNext > 0) {
    faults.cutNext -= 1
    return void request.socket.destroy()
  }
  if (reply === null) {
    return send(response, 400, {
      message: 'The stream has expired due to inactivity',
      code: 'STREAM_EXPIRED',
    })
  }
  send(response, 200, reply)
}

/** Null when the baton leads nowhere. Each baton is good once, so a replayed request is refused. */
const runPipeline = (streams: Streams, { baton, requests }: z.infer<typeof PipelineBody>): object | null => {
  const stream = streams.take(baton ?? null)
  if (!stream) return null
  const results = requests.map((request) => {
    try {
      return { type: 'ok', response: answer(stream, request) }
    } catch (error) {
      return { type: 'error', error: formatError(error) }
    }
  })
  const closed = requests.some((request) => request.type === 'close')
  return { baton: closed ? streams.drop(stream) : streams.keep(stream), base_url: null, results }
}

interface Streams {
  take(baton: string | null): Stream | null
  keep(stream: Stream): string
  drop(stream: Stream): null
  close(): void
}

/** Connections are used again: opening one costs more than most requests. */
const createStreams = (path: string, faults: Faults): Streams => {
  const open = new Map<string, { stream: Stream; timer: NodeJS.Timeout }>()
  const idle: Stream[] = []
  const all: Stream[] = []
  const create = (): Stream => {
    const stream = { db: new Database(path, { timeout: 0 }), stored: new Map<number, string>() }
    stream.db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON')
    all.push(stream)
    return stream
  }
  const drop = (stream: Stream) => {
    if (stream.db.inTransaction) stream.db.exec('ROLLBACK')
    stream.stored.clear()
    idle.push(stream)
    return null
  }
  return {
    take(baton) {
      if (baton === null) return idle.pop() ?? create()
      const kept = open.get(baton)
      open.delete(baton)
      clearTimeout(kept?.timer)
      return kept?.stream ?? null
    },
    keep(stream) {
      const baton = randomBytes(16).toString('base64url')
      const expire = () => {
        open.delete(baton)
        drop(stream)
      }
      open.set(baton, { stream, timer: setTimeout(expire, faults.streamTtlMs).unref() })
      return baton
    },
    drop,
    close() {
      for (const { timer } of open.values()) clearTimeout(timer)
      for (const { db } of all) db.close()
    },
  }
}

const isBearer = (header: string | undefined, token: string): boolean => {
  const given = Buffer.from(header ?? '')
  const wanted = Buffer.from(`Bearer ${token}`)
  return given.length === wanted.length && timingSafeEqual(given, wanted)
}

const readText = async (request: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

const send = (response: ServerResponse, status: number, body: object): void => {
  response.writeHead(status, { 'content-type': 'application/json' })
  response.end(JSON.stringify(body))
}
