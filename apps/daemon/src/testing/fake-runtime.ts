import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import { listenHttp } from './listener.ts'

export interface FakeAnswer {
  readonly status?: number
  readonly type?: string
  /** Text as it is, anything else as JSON. */
  readonly body: unknown
}

/** A runtime's HTTP side, real server and all; what it answers can be changed while it runs. */
export class FakeRuntime {
  readonly routes = new Map<string, FakeAnswer>()
  /** Instead of the routes: takes the request and never answers, or answers with something else. */
  mood: 'well' | 'hanging' | FakeAnswer = 'well'
  /** Paths asked for, and the credential each came with. */
  readonly asked: { readonly path: string; readonly token: string | undefined }[] = []
  inFlight = 0
  mostInFlight = 0
  port = 0

  static async open(routes: Readonly<Record<string, FakeAnswer>>): Promise<FakeRuntime> {
    const fake = new FakeRuntime()
    for (const [path, answer] of Object.entries(routes)) fake.routes.set(path, answer)
    fake.port = await listenHttp((request, response) => {
      fake.asked.push({ path: request.url ?? '', token: request.headers.authorization })
      fake.mostInFlight = Math.max(fake.mostInFlight, ++fake.inFlight)
      response.on('close', () => {
        fake.inFlight -= 1
      })
      fake.#answer(request.url ?? '', response)
    })
    return fake
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`
  }

  #answer(path: string, response: ServerResponse): void {
    if (this.mood === 'hanging') return
    const found = this.mood === 'well' ? this.routes.get(path) : this.mood
    const {
      status = 200,
      type = 'application/json',
      body,
    } = found ?? { status: 404, body: { error: 'Not found' } }
    response.writeHead(status, { 'content-type': type })
    response.end(typeof body === 'string' ? body : JSON.stringify(body))
  }
}

/** A kernel socket of Fluffy Waffle: answers each frame with what `reply` makes of its method; null keeps silent. */
export const fluffyKernel = async (
  path: string,
  reply: (method: string, id: string) => readonly Uint8Array[] | null,
): Promise<{ readonly asked: string[]; close(): Promise<void> }> => {
  const asked: string[] = []
  const server = createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (bytes) => {
      const request: { id: string; method: string } = JSON.parse(bytes.subarray(4).toString())
      asked.push(request.method)
      for (const piece of reply(request.method, request.id) ?? []) socket.write(piece)
    })
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  return { asked, close: () => new Promise((resolve) => server.close(() => resolve())) }
}

/** One frame around this text or JSON. */
export const frame = (payload: unknown): Uint8Array => {
  const body = Buffer.from(typeof payload === 'string' ? payload : JSON.stringify(payload))
  const head = Buffer.alloc(4)
  head.writeUInt32BE(body.length)
  return Buffer.concat([head, body])
}
