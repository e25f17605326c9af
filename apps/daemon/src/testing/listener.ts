import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { createServer as createTcpServer, type Server, type Socket } from 'node:net'
import { afterEach } from 'vitest'
import { listenAnywhere } from './port.ts'

const open: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const close of open.splice(0)) await close()
})

/** Listens on a free port of 127.0.0.1 until the test ends, connections cut then; answers with the port. */
export const listen = async (server: Server): Promise<number> => {
  const sockets = new Set<Socket>()
  const note = (socket: Socket) => {
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
  }
  server.on('connection', note)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  open.push(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy()
        server.close(() => resolve())
      }),
  )
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the test server has no port')
  return address.port
}

/** A real HTTP server for one test; answers with its port. */
export const listenHttp = (answer: RequestListener): Promise<number> => listen(createServer(answer))

/** A server that speaks bytes, for what no HTTP library would send. */
export const listenTcp = (answer: (socket: Socket) => void): Promise<number> =>
  listen(createTcpServer(answer))

/** A port where nobody listens: taken and given back. */
export const deadPort = async (): Promise<number> => {
  const server = createTcpServer()
  const port = await listenAnywhere(server)
  await new Promise<void>((resolve) => server.close(() => resolve()))
  return port
}
