/** One SSE event. JSON holds no line break, so `data` is one line. `id` null leaves the reader's place as it is. */
export const formatEvent = (event: string, id: number | null, data: unknown): Uint8Array => {
  const place = id === null ? '' : `id: ${id}\n`
  return new TextEncoder().encode(`${place}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
}

/** A line that no reader sees and every proxy forwards. */
export const formatComment = (text: string): Uint8Array => new TextEncoder().encode(`: ${text}\n\n`)

/** `Last-Event-ID`, else `head`; null for what was never one of our ids. -1 is the place before the first. */
export const readPosition = (request: Request, head: number): number | null => {
  const given = request.headers.get('last-event-id')
  if (given === null || given === '') return head
  return /^(-1|\d{1,15})$/.test(given) ? Number(given) : null
}

export const eventResponse = (events: ReadableStream<Uint8Array>): Response =>
  new Response(events, {
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store, no-transform',
      // Proxies that buffer by default would hold events back.
      'x-accel-buffering': 'no',
    },
  })
