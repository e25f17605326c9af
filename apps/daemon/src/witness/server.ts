import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { Witness } from './witness.ts'

/** 63 hashes and a checkpoint with a few dozen signatures of any kind. */
const limitBytes = 256 * 1024

/** The witness over plain HTTP; `about` answers `GET /`. A request that fails inside is logged and answered 500. */
export const createWitnessServer = (witness: Witness, about: string, log: (line: string) => void): Server => {
  const server = createServer({ maxHeaderSize: 8192, requestTimeout: 15_000 }, (request, response) => {
    respond(witness, about, request, response).catch((error: unknown) => {
      log(`request failed: ${error instanceof Error ? error.message : 'unknown'}`)
      if (response.headersSent) response.destroy()
      else send(response, 500, 'text/plain; charset=utf-8', 'this witness has a fault of its own\n')
    })
  })
  server.maxConnections = 256
  return server
}

const respond = async (
  witness: Witness,
  about: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> => {
  const { method = '', url = '' } = request
  const text = 'text/plain; charset=utf-8'
  if (method === 'POST' && url === '/add-checkpoint') {
    const body = await readBody(request)
    if (body === null) {
      response.setHeader('connection', 'close')
      return send(response, 413, text, `at most ${limitBytes} bytes\n`)
    }
    const answer = await witness.addCheckpoint(body)
    return send(response, answer.status, answer.contentType, answer.body)
  }
  const [, id] = /^\/([0-9a-f]{64})\/checkpoint$/.exec(url) ?? []
  if (id === undefined && url !== '/') return send(response, 404, text, 'there is nothing here\n')
  if (method !== 'GET' && method !== 'HEAD') return send(response, 405, text, 'only GET\n')
  const note = id === undefined ? about : await witness.readCheckpoint(id)
  if (note === null) send(response, 404, text, 'no checkpoint of this log was cosigned here\n')
  else send(response, 200, text, note)
}

const send = (response: ServerResponse, status: number, contentType: string, body: string): void => {
  const bytes = Buffer.from(body)
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': bytes.length,
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
  })
  response.end(response.req.method === 'HEAD' ? undefined : bytes)
}

/** Null when it is too long; what came in beyond the limit is not read. */
const readBody = async (request: IncomingMessage): Promise<Uint8Array | null> => {
  const pieces: Uint8Array[] = []
  let length = 0
  for await (const piece of request as AsyncIterable<Uint8Array>) {
    length += piece.byteLength
    if (length > limitBytes) return null
    pieces.push(piece)
  }
  return new Uint8Array(Buffer.concat(pieces))
}
