import type { FileHandle } from 'node:fs/promises'

/** Longest line that is read; a longer one is skipped and counted (reference §5 row 6). */
export const lineCapBytes = 8 * 1024 * 1024
const chunkBytes = 64 * 1024

/** Where reading stands: `offset` follows the last newline consumed, or lies inside a line that is being skipped. */
export interface LinePosition {
  offset: number
  skipping: boolean
}

/** Takes lines as they come. `position` has moved behind the line before `line` is called: both belong together. */
export interface LineSink {
  line(text: string): void
  /** A line over the cap begins here; it is skipped up to its end. */
  oversize(): void
}

/**
 * Hands every complete line from `position` on to the sink and moves `position`; a half-written last line waits.
 * Memory stays at one chunk and one line. Stops after about `budgetBytes`, never without progress; true when the end was reached.
 */
export const readLines = async (
  handle: FileHandle,
  position: LinePosition,
  sink: LineSink,
  { capBytes = lineCapBytes, budgetBytes = Number.POSITIVE_INFINITY } = {},
): Promise<boolean> => {
  const start = position.offset
  const chunk = Buffer.allocUnsafe(chunkBytes)
  const partial = new PartialLine(capBytes)
  for (let at = start; ; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, at)
    if (bytesRead === 0) return true
    consume(chunk.subarray(0, bytesRead), at, position, partial, sink)
    at += bytesRead
    if (at - start >= budgetBytes && position.offset > start) return false
  }
}

const consume = (
  bytes: Buffer,
  at: number,
  position: LinePosition,
  partial: PartialLine,
  sink: LineSink,
): void => {
  let from = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    const text = partial.finish(bytes.subarray(from, end))
    const skipped = position.skipping
    from = end + 1
    position.offset = at + from
    position.skipping = false
    if (skipped) continue
    if (text === null) sink.oversize()
    else if (text !== '') sink.line(text)
  }
  if (!position.skipping && !partial.add(bytes.subarray(from))) {
    position.skipping = true
    sink.oversize()
  }
  if (position.skipping) position.offset = at + bytes.length
}

/** The pieces of a line whose end has not come yet; at most `cap` bytes. */
class PartialLine {
  readonly #cap: number
  #pieces: Buffer[] = []
  length = 0

  constructor(cap: number) {
    this.#cap = cap
  }

  /** Keeps a copy; false (and nothing is kept) once the line is over the cap. */
  add(piece: Buffer): boolean {
    this.length += piece.length
    if (this.length > this.#cap) {
      this.#clear()
      return false
    }
    if (piece.length > 0) this.#pieces.push(Buffer.from(piece))
    return true
  }

  /** The whole line without CR at its end, or null when it is over the cap. Bytes that are not UTF-8 become U+FFFD. */
  finish(last: Buffer): string | null {
    const fits = this.length + last.length <= this.#cap
    const bytes = this.#pieces.length === 0 ? last : Buffer.concat([...this.#pieces, last])
    this.#clear()
    if (!fits) return null
    const text = bytes.toString('utf8')
    return text.endsWith('\r') ? text.slice(0, -1) : text
  }

  #clear(): void {
    this.#pieces = []
    this.length = 0
  }
}

/** Is there a line end at or after `from`? Scans without keeping anything. */
export const hasNewline = async (handle: FileHandle, from: number): Promise<boolean> => {
  const chunk = Buffer.allocUnsafe(chunkBytes)
  for (let at = from; ; ) {
    const { bytesRead } = await handle.read(chunk, 0, chunkBytes, at)
    if (bytesRead === 0) return false
    if (chunk.subarray(0, bytesRead).includes(10)) return true
    at += bytesRead
  }
}
