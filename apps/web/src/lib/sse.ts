/** One dispatched event of a text/event-stream. `id` is the last id seen, carried over as the standard says. */
export interface SseEvent {
  readonly event: string
  readonly data: string
  readonly id: string | null
}

/** Incremental parser of text/event-stream (HTML §9.2.6): feed text chunks as they come, cut anywhere. */
export function createSseParser(dispatch: (event: SseEvent) => void): (chunk: string) => void {
  let rest = ''
  let started = false
  let data: string[] = []
  let event = ''
  let id: string | null = null

  function takeLine(line: string) {
    if (line === '') {
      if (data.length > 0) dispatch({ event: event === '' ? 'message' : event, data: data.join('\n'), id })
      data = []
      event = ''
      return
    }
    const colon = line.indexOf(':')
    if (colon === 0) return
    const field = colon === -1 ? line : line.slice(0, colon)
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1)
    if (field === 'data') data.push(value)
    else if (field === 'event') event = value
    else if (field === 'id' && !value.includes('\u0000')) id = value
  }

  return (chunk) => {
    if (chunk === '') return
    rest += !started && chunk.startsWith('\ufeff') ? chunk.slice(1) : chunk
    started = true
    for (;;) {
      const end = rest.search(/[\r\n]/)
      // A CR at the very end may be half of a CRLF: wait for what follows.
      if (end === -1 || (rest[end] === '\r' && end === rest.length - 1)) return
      const line = rest.slice(0, end)
      rest = rest.slice(rest.startsWith('\r\n', end) ? end + 2 : end + 1)
      takeLine(line)
    }
  }
}
