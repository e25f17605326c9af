const blockBytes = 512
const encoder = new TextEncoder()

/** One file of a ustar archive (POSIX.1-1988): header and contents, padded. The name is plain ASCII of at most 100 characters. */
export const tarFile = (name: string, contents: string, mtimeSeconds: number): Uint8Array<ArrayBuffer> => {
  if (!/^[\w.-]{1,100}$/.test(name)) throw new RangeError('a name in an archive is short and plain')
  const body = encoder.encode(contents)
  const bytes = new Uint8Array(blockBytes + Math.ceil(body.length / blockBytes) * blockBytes)
  const put = (at: number, text: string) => bytes.set(encoder.encode(text), at)
  put(0, name)
  put(100, '0000644\0')
  put(108, '0000000\0')
  put(116, '0000000\0')
  put(124, octal(body.length, 11))
  put(136, octal(mtimeSeconds, 11))
  // The checksum is taken with spaces where it will stand.
  put(148, '        ')
  put(156, '0')
  put(257, 'ustar\x0000')
  const sum = bytes.subarray(0, blockBytes).reduce((total, byte) => total + byte, 0)
  put(148, `${octal(sum, 6)}\0 `)
  bytes.set(body, blockBytes)
  return bytes
}

/** Two empty blocks. */
export const tarEnd = (): Uint8Array<ArrayBuffer> => new Uint8Array(2 * blockBytes)

const octal = (value: number, digits: number): string => Math.floor(value).toString(8).padStart(digits, '0')
