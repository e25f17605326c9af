import { createConnection, createServer, type Server, type Socket } from 'node:net'

const lineLimitBytes = 1024 * 1024

/** What a running daemon answers: its status, or that it begins to stop. */
export interface ControlHandlers {
  status(): unknown
  stop(): void
}

/** A local socket in the user's own 0700 folder: whoever reaches it is the user, so it needs no credential. */
export const createControl = (handlers: ControlHandlers): Server =>
  createServer((socket) => {
    socket.on('error', () => socket.destroy())
    socket.setTimeout(5000, () => socket.destroy())
    readLine(socket)
      .then((command) => socket.end(`${JSON.stringify(answer(command, handlers))}\n`))
      .catch(() => socket.destroy())
  })

const answer = (command: string, handlers: ControlHandlers): unknown => {
  if (command === 'status') return handlers.status()
  if (command !== 'stop') return { error: 'unknown command' }
  setImmediate(() => handlers.stop())
  return { stopping: true }
}

/** Asks the daemon behind a socket; null when nobody answers in time, which on a busy machine may be many seconds. */
export const askControl = async (path: string, command: 'status' | 'stop', ms = 15_000): Promise<unknown> => {
  const socket = createConnection(path)
  try {
    return await new Promise((resolve) => {
      const timer = setTimeout(() => resolve(null), ms)
      const settle = (value: unknown) => {
        clearTimeout(timer)
        resolve(value)
      }
      socket.on('error', () => settle(null))
      socket.on('connect', () => socket.write(`${command}\n`))
      readLine(socket).then(
        (line) => settle(parse(line)),
        () => settle(null),
      )
    })
  } finally {
    socket.destroy()
  }
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}

/** The first line that comes; rejects when the other side ends or says too much before one. */
const readLine = (socket: Socket): Promise<string> =>
  new Promise((resolve, reject) => {
    let text = ''
    socket.setEncoding('utf8')
    socket.on('data', (piece: string) => {
      text += piece
      const end = text.indexOf('\n')
      if (end !== -1) resolve(text.slice(0, end))
      else if (text.length > lineLimitBytes) reject(new Error('line too long'))
    })
    socket.on('close', () => reject(new Error('closed')))
    socket.on('error', reject)
  })
