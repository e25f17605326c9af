/** A database file and write-ahead log that cannot be put together; the message says which rule was broken. */
export class DatabaseError extends Error {
  override readonly name = 'DatabaseError'
}

const headerBytes = 32
const frameHeaderBytes = 24
const magic = Buffer.from('SQLite format 3\0', 'latin1')

/** Page size of a database, from its first 100 bytes. Throws DatabaseError. */
export const pageSizeOf = (database: Uint8Array): number => {
  if (database.byteLength < 100 || !magic.equals(database.subarray(0, 16)))
    throw new DatabaseError('not an SQLite database')
  const said = view(database).getUint16(16)
  const size = said === 1 ? 65_536 : said
  if (size < 512 || (size & (size - 1)) !== 0) throw new DatabaseError('impossible page size')
  return size
}

/**
 * The database as a reader of database and log would see it, marked as a plain one (no log beside it). The rules are
 * those of SQLite's own recovery (file format §4.3-4.4): frames count while salt and running checksum hold, up to the
 * last commit; what comes after is a transaction that never happened. A log without a valid header holds nothing.
 */
export const applyWal = (database: Uint8Array, wal: Uint8Array | null): Uint8Array<ArrayBuffer> => {
  const pageSize = pageSizeOf(database)
  const committed = wal === null ? null : committedFrames(wal, pageSize)
  const pageCount = committed?.pageCount ?? Math.ceil(database.byteLength / pageSize)
  const image = new Uint8Array(pageCount * pageSize)
  image.set(database.subarray(0, image.byteLength))
  const present = Math.floor(database.byteLength / pageSize)
  for (let page = present + 1; page <= pageCount; page++)
    if (!committed?.pages.has(page)) throw new DatabaseError(`page ${page} of ${pageCount} is missing`)
  for (const [page, bytes] of committed?.pages ?? []) image.set(bytes, (page - 1) * pageSize)
  pageSizeOf(image)
  // Bytes 18 and 19: 2 means "look for a log", 1 means "all of it is here".
  image.set([1, 1], 18)
  return image
}

interface Committed {
  /** Newest committed content by page number, from 1. */
  readonly pages: ReadonlyMap<number, Uint8Array>
  readonly pageCount: number
}

const committedFrames = (wal: Uint8Array, pageSize: number): Committed | null => {
  const header = walHeader(wal)
  if (header === null) return null
  if (header.pageSize !== pageSize) throw new DatabaseError('database and log disagree on the page size')
  const pages = new Map<number, Uint8Array>()
  const pending = new Map<number, Uint8Array>()
  let pageCount = 0
  let sums = header.sums
  const frameBytes = frameHeaderBytes + pageSize
  for (let at = headerBytes; at + frameBytes <= wal.byteLength; at += frameBytes) {
    const frame = view(wal.subarray(at, at + frameBytes))
    const page = frame.getUint32(0)
    if (page === 0 || !sameSalt(frame, header.salt)) break
    sums = checksum(frame, 0, 8, header.littleEndian, sums)
    sums = checksum(frame, frameHeaderBytes, pageSize, header.littleEndian, sums)
    if (sums[0] !== frame.getUint32(16) || sums[1] !== frame.getUint32(20)) break
    pending.set(page, wal.subarray(at + frameHeaderBytes, at + frameBytes))
    const commitPages = frame.getUint32(4)
    if (commitPages === 0) continue
    pageCount = commitPages
    for (const [number, bytes] of pending) pages.set(number, bytes)
    pending.clear()
  }
  for (const page of [...pages.keys()]) if (page > pageCount) pages.delete(page)
  return pageCount === 0 ? null : { pages, pageCount }
}

type Sums = readonly [number, number]

interface WalHeader {
  readonly pageSize: number
  readonly littleEndian: boolean
  readonly salt: Sums
  readonly sums: Sums
}

const walHeader = (wal: Uint8Array): WalHeader | null => {
  if (wal.byteLength < headerBytes) return null
  const header = view(wal)
  const said = header.getUint32(0)
  if (said !== 0x377f0682 && said !== 0x377f0683) return null
  const littleEndian = said === 0x377f0682
  const sums = checksum(header, 0, 24, littleEndian, [0, 0])
  if (sums[0] !== header.getUint32(24) || sums[1] !== header.getUint32(28)) return null
  if (header.getUint32(4) !== 3_007_000) throw new DatabaseError('log of an unknown version')
  const salt: Sums = [header.getUint32(16), header.getUint32(20)]
  return { pageSize: header.getUint32(8), littleEndian, salt, sums }
}

const sameSalt = (frame: DataView, [first, second]: Sums): boolean =>
  frame.getUint32(8) === first && frame.getUint32(12) === second

/** File format §4.2: a pair of running sums over pairs of 32-bit words. */
const checksum = (bytes: DataView, from: number, count: number, littleEndian: boolean, start: Sums): Sums => {
  let [first, second] = start
  for (let at = from; at < from + count; at += 8) {
    first = (first + bytes.getUint32(at, littleEndian) + second) >>> 0
    second = (second + bytes.getUint32(at + 4, littleEndian) + first) >>> 0
  }
  return [first, second]
}

const view = (bytes: Uint8Array): DataView => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
