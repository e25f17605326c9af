import type { Endpoint } from '@watchbill/contract/endpoint'
import { Fault } from '@watchbill/contract/fault'
import { JsonError, type JsonValue, parseJson } from '@watchbill/ledger'

const capBytes = 8 * 1024 * 1024
const defaultLimitBytes = 64 * 1024
const maxRatio = 100

/** Reads and strictly parses a request body. TRUST BOUNDARY: never holds more than the row's limit plus one chunk. */
export const readJsonBody = async (request: Request, row: Endpoint): Promise<JsonValue> => {
  requireMediaType(request, row.accept ?? ['application/json'])
  const limitBytes = Math.min(row.limitBytes ?? defaultLimitBytes, capBytes)
  const bytes = await readBytes(request, limitBytes)
  if (bytes.length === 0) {
    throw new Fault('invalid_json', 'the body is empty', {
      errors: [{ pointer: '', detail: 'the body is empty' }],
    })
  }
  try {
    return parseJson(bytes)
  } catch (error) {
    throw error instanceof JsonError ? invalidJson(error) : error
  }
}

const invalidJson = (error: JsonError): Fault => {
  const place = `line ${error.line}, column ${error.column}`
  return new Fault('invalid_json', `${error.message} (${place}, byte ${error.offset})`, {
    errors: [{ pointer: error.pointer, detail: `${error.message} at ${place}` }],
    cause: error,
  })
}

const requireMediaType = (request: Request, accepted: readonly string[]): void => {
  const [essence = '', ...parameters] = (request.headers.get('content-type') ?? '')
    .toLowerCase()
    .split(';')
    .map((part) => part.trim())
  const foreign = parameters.find((part) => part.startsWith('charset=') && !/^charset="?utf-8"?$/.test(part))
  if (accepted.includes(essence) && foreign === undefined) return
  throw new Fault(
    'unsupported_media_type',
    essence === ''
      ? 'the body has no Content-Type'
      : 'the Content-Type of the body is not one this call takes',
    { errors: [{ pointer: 'header.content-type', detail: `must be ${accepted.join(' or ')}` }] },
  )
}

const readBytes = async (request: Request, limitBytes: number): Promise<Uint8Array> => {
  const encoding = (request.headers.get('content-encoding') ?? 'identity').trim().toLowerCase()
  if (encoding !== 'identity' && encoding !== 'gzip') {
    throw new Fault('unsupported_media_type', 'the Content-Encoding is neither gzip nor identity', {
      errors: [{ pointer: 'header.content-encoding', detail: 'must be gzip or identity' }],
    })
  }
  // Content-Length may lie; it only saves us from starting. A gzip body is never larger than what it holds by much.
  if (Number(request.headers.get('content-length') ?? 0) > limitBytes) throw tooLarge(limitBytes)
  const body = request.body
  if (body === null) return new Uint8Array()
  return encoding === 'gzip' ? inflate(body, limitBytes) : collect(body, () => limitBytes, limitBytes)
}

const inflate = async (body: ReadableStream<BufferSource>, limitBytes: number): Promise<Uint8Array> => {
  let packedBytes = 0
  const stop = new AbortController()
  const counted = body.pipeThrough(
    new TransformStream<BufferSource, BufferSource>({
      transform(chunk, controller) {
        packedBytes += chunk.byteLength
        if (packedBytes > limitBytes) controller.error(tooLarge(limitBytes))
        else controller.enqueue(chunk)
      },
    }),
    // Node's decompressor takes thousands of chunks ahead, and cancelling it does not stop what feeds it.
    { signal: stop.signal },
  )
  const inflated = counted.pipeThrough(new DecompressionStream('gzip'))
  try {
    return await collect(inflated, () => Math.min(limitBytes, packedBytes * maxRatio), limitBytes)
  } catch (error) {
    stop.abort()
    if (packedBytes > limitBytes) throw tooLarge(limitBytes)
    if (error instanceof Fault) throw error
    throw new Fault('invalid_json', 'the body is not valid gzip', {
      errors: [{ pointer: '', detail: 'the body is not valid gzip' }],
      cause: error,
    })
  }
}

const collect = async (
  stream: ReadableStream<Uint8Array>,
  allowedBytes: () => number,
  limitBytes: number,
): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let sizeBytes = 0
  const reader = stream.getReader()
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    sizeBytes += read.value.byteLength
    if (sizeBytes > allowedBytes()) {
      // Not awaited: cancelling a decompressor may wait for input that never comes.
      reader.cancel().catch(() => undefined)
      throw sizeBytes > limitBytes ? tooLarge(limitBytes) : tooDense()
    }
    chunks.push(read.value)
  }
  const bytes = new Uint8Array(sizeBytes)
  let offset = 0
  for (const chunk of chunks) {
    bytes.set(chunk, offset)
    offset += chunk.byteLength
  }
  return bytes
}

const tooLarge = (limitBytes: number) =>
  new Fault('too_large', `the body holds more than ${limitBytes} bytes`, {
    errors: [{ pointer: '', detail: `at most ${limitBytes} bytes, inflated` }],
  })

const tooDense = () =>
  new Fault('too_large', `the body inflates to more than ${maxRatio} times its size`, {
    errors: [{ pointer: '', detail: `at most ${maxRatio}:1 when inflated` }],
    mend: 'Send it without compression.',
  })
