import type { Server } from 'node:net'

// Below the range from which systems hand out ports (Linux 32768, others 49152): there nobody gets it by chance while
// it is closed, and whoever keeps connecting to it meanwhile cannot be given that very port and reach itself.
const [first, last] = [20_000, 32_000]

/** Listens on a port of 127.0.0.1 that stays free when it is closed for a while; answers with it. */
export const listenAnywhere = async (server: Server): Promise<number> => {
  for (let tries = 0; tries < 100; tries += 1) {
    const port = first + Math.floor(Math.random() * (last - first))
    if (await listenAt(server, port).catch(isTaken)) return port
  }
  throw new Error('no port is free')
}

/** Listens on this port of 127.0.0.1; rejects when it cannot. */
export const listenAt = (server: Server, port: number): Promise<true> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject)
      resolve(true)
    })
  })

const isTaken = (error: NodeJS.ErrnoException): false => {
  if (error.code !== 'EADDRINUSE') throw error
  return false
}
