import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'
import { getRequestListener } from '@hono/node-server'
import { createApp } from '../app.ts'
import type { Deps } from '../deps.ts'
import { createFront } from './front.ts'
import { createHostGuard } from './hosts.ts'

export interface NodeServerOptions {
  readonly port: number
  readonly bind: string
  readonly webUrl: string | null
  /** Called once the port is known: addresses depend on it. */
  readonly depsFor: (port: number, addressOf: Deps['addressOf']) => Deps
}

export interface NodeServer {
  readonly port: number
  readonly deps: Deps
  /** Stops accepting, lets running calls end for up to `graceMs`, then closes every connection. Streams end at once. */
  stop(graceMs?: number): Promise<void>
}

/** The control plane and the dashboard on one port. Rejects with the system's error when the port cannot be had. */
export const startNodeServer = async (options: NodeServerOptions): Promise<NodeServer> => {
  const server = createServer()
  const port = await listen(server, options.port, options.bind)
  const addresses = new WeakMap<Request, string>()
  const deps = options.depsFor(port, (request) => addresses.get(request) ?? null)
  const app = createApp(deps)
  const answer = getRequestListener(
    (request, env) => {
      addresses.set(request, env.incoming.socket.remoteAddress ?? 'unknown')
      return app.fetch(request)
    },
    { overrideGlobalObjects: false },
  )
  const front = createFront({
    api: (request, response) => void answer(request, response),
    hosts: createHostGuard(deps.config),
    publicUrl: deps.config.publicUrl,
    webUrl: options.webUrl,
  })
  const open = createTracker()
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
    open.add(response)
    front.handle(request, response)
  })
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.addSocket(socket)
    front.upgrade(request, socket, head)
  })
  return { port, deps, stop: (graceMs = 5000) => stop(server, open, graceMs) }
}

const listen = (server: Server, port: number, host: string): Promise<number> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host }, () => {
      server.off('error', reject)
      const address = server.address()
      resolve(typeof address === 'object' && address !== null ? address.port : port)
    })
  })

/** What is still going on: answers, and sockets that left HTTP behind. */
const createTracker = () => {
  const answers = new Set<ServerResponse>()
  const sockets = new Set<Duplex>()
  return {
    add(response: ServerResponse) {
      answers.add(response)
      response.once('close', () => answers.delete(response))
    },
    addSocket(socket: Duplex) {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    },
    /** Streams never end by themselves. */
    endStreams() {
      for (const socket of sockets) socket.destroy()
      for (const answer of answers) if (isStream(answer)) answer.destroy()
    },
  }
}

const isStream = (answer: ServerResponse): boolean =>
  String(answer.getHeader('content-type') ?? '').startsWith('text/event-stream')

const stop = async (
  server: Server,
  open: ReturnType<typeof createTracker>,
  graceMs: number,
): Promise<void> => {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  open.endStreams()
  server.closeIdleConnections()
  // A kept connection turns idle only after its last answer: look again until all are gone.
  const sweep = setInterval(() => {
    open.endStreams()
    server.closeIdleConnections()
  }, 100)
  const force = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(sweep)
  clearTimeout(force)
}
