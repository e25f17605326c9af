import { lstat } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import { type Gathered, readFrames, requestFrame } from '@watchbill/runtimes'
import { Refused } from '../collect/open-below.ts'
import type { Ask, Source } from './ask.ts'
import { documentOf, notGathered, Silence } from './gathered.ts'

const methods = ['test.ping', 'session.get'] as const
/** Events come unasked between the answers: this many bytes of them are listened to. */
const mostBytes = 2 * 1024 * 1024

/** Fluffy Waffle's kernel socket: asks `test.ping`, then `session.get`, on one connection that is closed again. */
export const fluffySocket = (path: string): Source => ({
  address: path,
  gather: async (ask) => {
    const documents: Record<string, Gathered> = {}
    let line: Line | null = null
    for (const method of methods) {
      try {
        line ??= await openLine(path, ask)
        documents[method] = documentOf(await line.ask(method))
      } catch (error) {
        documents[method] = notGathered(error)
        break
      }
    }
    line?.close()
    return documents
  },
})

interface Line {
  ask(method: string): Promise<Uint8Array>
  close(): void
}

/** TRUST BOUNDARY: a socket of this user; everything that comes out of it is foreign. */
const openLine = async (path: string, { timeoutMs, signal }: Ask): Promise<Line> => {
  const stats = await lstat(path)
  if (!stats.isSocket()) throw new Refused('not a socket')
  if (stats.uid !== process.getuid?.()) throw new Refused('socket of another user')
  const socket = connect(path)
  const answers = new Answers(socket)
  const timer = setTimeout(() => answers.fail(new Silence(`timeout after ${timeoutMs / 1000} s`)), timeoutMs)
  const stop = () => answers.fail(new Silence('stopped'))
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  let asked = 0
  return {
    ask: (method) => {
      const id = `watchbill-${++asked}`
      socket.write(requestFrame(id, method))
      return answers.to(id)
    },
    close: () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', stop)
      socket.destroy()
    },
  }
}

/** Frames of one connection; the first failure is the answer to everything after it. */
class Answers {
  readonly #socket: Socket
  /** What came of the next frame, and how long it is at least: pieces are put together once per frame. */
  #pieces: Uint8Array[] = []
  #held = 0
  #need = 4
  #size = 0
  #failure: Error | null = null
  #waiting: { id: string; resolve: (payload: Uint8Array) => void; reject: (error: Error) => void } | null =
    null

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Uint8Array) => this.#take(bytes))
    socket.on('error', (error) => this.fail(error))
    socket.on('close', () => this.fail(new Silence('connection closed without an answer')))
  }

  to(id: string): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      if (this.#failure !== null) reject(this.#failure)
      else this.#waiting = { id, resolve, reject }
    })
  }

  fail(error: Error): void {
    this.#failure ??= error
    this.#waiting?.reject(this.#failure)
    this.#waiting = null
    this.#socket.destroy()
  }

  #take(bytes: Uint8Array): void {
    this.#size += bytes.byteLength
    this.#held += bytes.byteLength
    this.#pieces.push(bytes)
    if (this.#size > mostBytes) this.fail(new Refused('over 2 MiB came instead of an answer'))
    else if (this.#held >= this.#need) this.#cut(new Uint8Array(Buffer.concat(this.#pieces)))
  }

  #cut(bytes: Uint8Array): void {
    const frames = readFrames(bytes)
    if (frames.kind === 'bad') {
      this.fail(new Refused(frames.reason))
      return
    }
    const { payloads, rest } = frames
    this.#pieces = [rest]
    this.#held = rest.byteLength
    this.#need = rest.byteLength < 4 ? 4 : 4 + new DataView(rest.buffer, rest.byteOffset).getUint32(0)
    for (const payload of payloads) {
      if (this.#waiting === null || isAside(payload, this.#waiting.id)) continue
      this.#waiting.resolve(payload)
      this.#waiting = null
    }
  }
}

/** An event, or an answer to somebody else. What is no JSON is taken for the answer, so that it shows as unreadable. */
const isAside = (payload: Uint8Array, id: string): boolean => {
  try {
    const message: unknown = JSON.parse(new TextDecoder().decode(payload))
    if (typeof message !== 'object' || message === null) return false
    return 'type' in message && (message.type !== 'response' || !('id' in message) || message.id !== id)
  } catch {
    return false
  }
}
