/** A header has 64 KiB, a payload's members some 2 MB at most. */
const longest = 16 * 1024 * 1024

/**
 * The lines of a file as they are, without their LF: a CR stays, since it was not written. What is no UTF-8 comes out as U+FFFD,
 * and a line that is too long as an empty one; no export has either.
 */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string, void> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let held = ''
  let skipping = false
  for await (const chunk of chunks) {
    const pieces = decoder.decode(chunk, { stream: true }).split('\n')
    const last = pieces.pop() ?? ''
    for (const piece of pieces) {
      yield skipping ? '' : held + piece
      held = ''
      skipping = false
    }
    held = skipping ? '' : held + last
    if (held.length > longest) {
      held = ''
      skipping = true
    }
  }
  held += decoder.decode()
  if (held !== '' || skipping) yield held
}
