/** Entries one after the other, each with its length as uint16, big-endian, before it (C2SP tlog-tiles "log entries"). */
export const formatBundle = (entries: readonly Uint8Array[]): Uint8Array => {
  const bytes = new Uint8Array(entries.reduce((sum, entry) => sum + 2 + entry.length, 0))
  const view = new DataView(bytes.buffer)
  let at = 0
  for (const entry of entries) {
    if (entry.length > 65_535) throw new RangeError('an entry of a bundle has at most 65,535 bytes')
    view.setUint16(at, entry.length)
    bytes.set(entry, at + 2)
    at += 2 + entry.length
  }
  return bytes
}

/** The entries of a bundle, at most 256; null when the bytes are not exactly that. */
export const parseBundle = (bytes: Uint8Array): Uint8Array[] | null => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const entries: Uint8Array[] = []
  let at = 0
  while (at + 2 <= bytes.length) {
    const end = at + 2 + view.getUint16(at)
    if (end > bytes.length || entries.length === 256) return null
    entries.push(bytes.slice(at + 2, end))
    at = end
  }
  return at === bytes.length ? entries : null
}
