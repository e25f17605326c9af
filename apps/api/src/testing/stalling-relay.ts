import { connect, createServer, type Socket } from 'node:net'

export interface StallingRelay {
  readonly url: string
  /** True: connections are taken and nothing moves any more, as behind a dead link. */
  stalled: boolean
  /** Connections taken so far. */
  readonly taken: number
  close(): Promise<void>
}

/** A TCP relay on a loopback port before the server at `target`, which can be made to hang. */
export const startStallingRelay = async (target: string): Promise<StallingRelay> => {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const state = { stalled: false, taken: 0 }
  const server = createServer((near) => {
    state.taken += 1
    const far = connect(Number(port), hostname)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('data', (chunk) => void (state.stalled || to.write(chunk)))
      from.on('close', () => {
        sockets.delete(from)
        to.destroy()
      })
      from.on('error', () => to.destroy())
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  if (typeof address !== 'object' || address === null) throw new Error('the relay has no port')
  return Object.assign(state, {
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  })
}
