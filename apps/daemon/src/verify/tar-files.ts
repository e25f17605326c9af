/** A plain file of a ustar archive (POSIX.1-1988). */
export interface TarFile {
  /** For display alone: nothing is ever written, and no path is made of it. */
  readonly name: string
  readonly bytes: Uint8Array
}

/** Not an archive of plain files, or not all of one. Whatever came before it was read stands. */
export class TarError extends Error {
  override readonly name = 'TarError'
}

const blockBytes = 512
/** An entry file takes less than 1 MiB. */
const mostBytes = 4 * 1024 * 1024
/** Twice the entries of the largest share. */
const mostFiles = 10_010

/** The files of an archive, one after the other. TRUST BOUNDARY: throws TarError for anything but plain files that end as they should. */
export function* tarFiles(archive: Uint8Array): Generator<TarFile, void> {
  let at = 0
  for (let count = 0; ; count += 1) {
    const header = archive.subarray(at, at + blockBytes)
    if (header.length < blockBytes) throw new TarError('the archive was cut')
    if (isEmpty(header)) break
    if (count === mostFiles) throw new TarError(`the archive has more than ${mostFiles} files`)
    const { name, size } = readHeader(header)
    const from = at + blockBytes
    if (from + size > archive.length) throw new TarError('the archive was cut')
    yield { name, bytes: archive.subarray(from, from + size) }
    at = from + Math.ceil(size / blockBytes) * blockBytes
  }
  if (archive.length < at + 2 * blockBytes || !isEmpty(archive.subarray(at)))
    throw new TarError('the archive does not end with nothing but two empty blocks')
}

const readHeader = (header: Uint8Array): { readonly name: string; readonly size: number } => {
  const sum = header.reduce((total, byte, index) => total + (index >= 148 && index < 156 ? 0x20 : byte), 0)
  if (textOf(header, 257, 5) !== 'ustar' || octal(header, 148, 8) !== sum)
    throw new TarError('a header of the archive does not hold')
  const kind = textOf(header, 156, 1)
  // Links, folders, and headers that give the next file another name or size.
  if (kind !== '0' && kind !== '') throw new TarError('the archive holds something else than plain files')
  const size = octal(header, 124, 12)
  if (size === null || size > mostBytes) throw new TarError('a file of the archive is too large')
  const prefix = textOf(header, 345, 155)
  const name = textOf(header, 0, 100)
  return { name: prefix === '' ? name : `${prefix}/${name}`, size }
}

/** Up to the first NUL, each byte a character. */
const textOf = (header: Uint8Array, from: number, length: number): string => {
  const field = header.subarray(from, from + length)
  const end = field.indexOf(0)
  return String.fromCharCode(...(end < 0 ? field : field.subarray(0, end)))
}

const octal = (header: Uint8Array, from: number, length: number): number | null => {
  const text = textOf(header, from, length).trim()
  return /^[0-7]{1,11}$/.test(text) ? Number.parseInt(text, 8) : null
}

const isEmpty = (bytes: Uint8Array): boolean => bytes.every((byte) => byte === 0)
