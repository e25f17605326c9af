export interface StreamEvent {
  readonly id: string | null
  readonly event: string
  readonly data: unknown
}

/** Reads server-sent events one by one, as the HTML standard has it for the fields this API sends. */
export const createEventReader = (response: Response) => {
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
  if (!reader) throw new Error('the response has no body')
  let text = ''
  const block = async (): Promise<string | null> => {
    for (;;) {
      const end = text.indexOf('\n\n')
      if (end >= 0) {
        const found = text.slice(0, end)
        text = text.slice(end + 2)
        return found
      }
      const { done, value } = await reader.read()
      if (done) return null
      text += value
    }
  }
  return {
    /** Null when the stream is over. Comments are passed over. */
    async next(): Promise<StreamEvent | null> {
      for (let found = await block(); found !== null; found = await block()) {
        const event = parseEvent(found)
        if (event) return event
      }
      return null
    },
    async nextComment(): Promise<string | null> {
      for (let found = await block(); found !== null; found = await block()) {
        if (found.startsWith(':')) return found.slice(1)
      }
      return null
    },
    cancel: () => reader.cancel(),
  }
}

const parseEvent = (block: string): StreamEvent | null => {
  const field = (name: string) =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2)
  const data = field('data')
  if (data === undefined) return null
  return { id: field('id') ?? null, event: field('event') ?? 'message', data: JSON.parse(data) }
}
