/** Bytes of a file from `from` up to `to`. It has the lines that begin in it, however far they go on. */
export interface LineSlice {
  readonly from: number
  readonly to: number
}

/** Lines of a mebibyte are some thousand entries: less than a frame or two of work, so that nobody waits for one slice. */
export const sliceBytes = 1024 * 1024
/** No line of an export is longer: a header has at most 64 KiB, a payload less than a mebibyte. */
const lineMost = 8 * 1024 * 1024

const overlapBytes = 64 * 1024
const lineFeed = 10

export const slicesOf = (size: number, bytes = sliceBytes): LineSlice[] =>
  Array.from({ length: Math.ceil(size / bytes) }, (_, index) => ({
    from: index * bytes,
    to: Math.min(size, (index + 1) * bytes),
  }))

/**
 * The lines of a slice without their LF; all slices of a file give all of its lines, each once, and what stands behind the last
 * LF is one too, unless it is nothing. Null stands for a line of more than `most` bytes, which is never held; a slice has fewer.
 * Throws for bytes that are no UTF-8.
 */
export async function readLines(
  file: Blob,
  { from, to }: LineSlice,
  most = lineMost,
): Promise<readonly (string | null)[]> {
  // The byte before tells whether the first line here begins here.
  const before = from === 0 ? 0 : 1
  const read = await bytesOf(file, from - before, to)
  const first = before === 0 ? 0 : read.indexOf(lineFeed) + 1
  if ((before === 1 && first === 0) || first === read.length) return []
  const last = read.lastIndexOf(lineFeed) + 1
  // An UTF-8 sequence never has the byte of an LF in it: whole lines are whole characters.
  const lines: (string | null)[] =
    last > first ? textOf(read.subarray(first, last - 1), from === 0).split('\n') : []
  const begun = Math.max(first, last)
  if (begun < read.length) {
    const line = await readOn(file, read.subarray(begun), to, most)
    lines.push(line === null ? null : textOf(line, from === 0 && begun === 0))
  }
  return lines
}

/** The line that begins with `begun`, which ends at `at`. */
async function readOn(file: Blob, begun: Uint8Array, at: number, most: number): Promise<Uint8Array | null> {
  const parts = [begun]
  let length = begun.length
  for (let from = at; from < file.size && length <= most; from += overlapBytes) {
    const read = await bytesOf(file, from, Math.min(file.size, from + overlapBytes))
    const end = read.indexOf(lineFeed)
    const part = end < 0 ? read : read.subarray(0, end)
    parts.push(part)
    length += part.length
    if (end >= 0) break
  }
  return length > most ? null : joined(parts, length)
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const bytes = new Uint8Array(length)
  let at = 0
  for (const part of parts) {
    bytes.set(part, at)
    at += part.length
  }
  return bytes
}

const bytesOf = async (file: Blob, from: number, to: number) =>
  new Uint8Array(await file.slice(from, to).arrayBuffer())

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
const firstDecoder = new TextDecoder('utf-8', { fatal: true })

/** A byte order mark is one at the beginning of the file alone. */
const textOf = (bytes: Uint8Array, first: boolean): string => (first ? firstDecoder : decoder).decode(bytes)
