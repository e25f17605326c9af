/** A frame of Fluffy Waffle's socket: 4 bytes length, big-endian, then that many bytes of JSON. */
export type Frames =
  | {
      readonly kind: 'ok'
      /** Payloads of the whole frames, in order. */
      readonly payloads: readonly Uint8Array[]
      /** What is left: the beginning of the next frame. */
      readonly rest: Uint8Array
    }
  /** Nothing after this can be trusted: close the connection. */
  | { readonly kind: 'bad'; readonly reason: string }

/** The runtime itself sets no bound and would wait for 4 GiB (reference §4.1). */
const mostPayload = 1024 * 1024

/** Cuts what came so far into frames; call it again with `rest` and the next chunk together. */
export const readFrames = (bytes: Uint8Array): Frames => {
  const payloads: Uint8Array[] = []
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let at = 0
  while (bytes.length - at >= 4) {
    const length = view.getUint32(at)
    if (length === 0) return { kind: 'bad', reason: `frame ${payloads.length + 1} is empty` }
    if (length > mostPayload) {
      return { kind: 'bad', reason: `frame ${payloads.length + 1} says it is ${length} bytes long` }
    }
    if (bytes.length - at - 4 < length) break
    payloads.push(bytes.subarray(at + 4, at + 4 + length))
    at += 4 + length
  }
  return { kind: 'ok', payloads, rest: bytes.subarray(at) }
}

/** A request frame for `method` (`test.ping`, `session.get`) without parameters. */
export const requestFrame = (id: string, method: string): Uint8Array => {
  const payload = new TextEncoder().encode(JSON.stringify({ id, type: 'request', method, params: {} }))
  const frame = new Uint8Array(4 + payload.length)
  new DataView(frame.buffer).setUint32(0, payload.length)
  frame.set(payload, 4)
  return frame
}
