export interface StreamEvent {
  /** As it stands in force: an event without one keeps the one before. */
  readonly id: string | null
  readonly event: string
  readonly data: string
}

/** Longer than any event is; beyond it the other side is not what it says. */
const mostCharacters = 64 * 1024 * 1024

/** Server-sent events of a body (HTML Standard §9.2), one after the other until it ends. Throws when the body breaks off. */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<StreamEvent> {
  let id: string | null = null
  for await (const block of readBlocks(body)) {
    const fields = block.split('\n').map(readField)
    const data = fields.flatMap(({ name, value }) => (name === 'data' ? [value] : []))
    id = fields.findLast(({ name, value }) => name === 'id' && !value.includes('\0'))?.value ?? id
    if (data.length === 0) continue
    const event = fields.findLast(({ name }) => name === 'event')?.value ?? 'message'
    yield { id, event, data: data.join('\n') }
  }
}

/** A comment has the name ''. */
const readField = (line: string): { name: string; value: string } => {
  const colon = line.indexOf(':')
  if (colon < 0) return { name: line, value: '' }
  return { name: line.slice(0, colon), value: line.slice(colon + 1).replace(/^ /, '') }
}

/** Texts between empty lines. What comes after the last one was cut off and is none. */
async function* readBlocks(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder()
  let text = ''
  for await (const bytes of body) {
    text = (text + decoder.decode(bytes, { stream: true })).replace(/\r\n|\r(?!$)/g, '\n')
    if (text.length > mostCharacters) throw new Error('the stream sends no events')
    const blocks = text.split('\n\n')
    text = blocks.pop() ?? ''
    yield* blocks
  }
}
