import { createHash, createPublicKey, verify } from 'node:crypto'

/**
 * A client of any C2SP log, written from the texts of tlog-checkpoint, tlog-tiles and RFC 6962 alone: nothing here comes
 * from packages/ledger, so that both would have to be wrong in the same way.
 */
export const createC2spClient = (get: (path: string) => Promise<Response>, vkey: string) => {
  const fetchBytes = async (path: string): Promise<Buffer> => {
    const response = await get(path)
    if (response.status !== 200) throw new Error(`${path}: ${response.status}`)
    return Buffer.from(await response.arrayBuffer())
  }
  const readCheckpoint = async () => openCheckpoint((await fetchBytes('checkpoint')).toString('utf8'), vkey)

  /** Every hash of one level of tiles in a tree of `size`, tile by tile. */
  const readLevel = async (level: number, size: number): Promise<Buffer[]> => {
    const hashes = Math.floor(size / 256 ** level)
    const found: Buffer[] = []
    for (let n = 0; n * 256 < hashes; n += 1) {
      const width = Math.min(256, hashes - n * 256)
      const tile = await fetchBytes(`tile/${level}/${formatIndex(n)}${width < 256 ? `.p/${width}` : ''}`)
      if (tile.length !== width * 32) throw new Error(`tile ${level}/${n} has ${tile.length} bytes`)
      for (let at = 0; at < tile.length; at += 32) found.push(tile.subarray(at, at + 32))
    }
    return found
  }

  const readEntries = async (size: number): Promise<Buffer[]> => {
    const found: Buffer[] = []
    for (let n = 0; n * 256 < size; n += 1) {
      const width = Math.min(256, size - n * 256)
      const bundle = await fetchBytes(`tile/entries/${formatIndex(n)}${width < 256 ? `.p/${width}` : ''}`)
      let at = 0
      for (let index = 0; index < width; index += 1) {
        const end = at + 2 + bundle.readUInt16BE(at)
        found.push(bundle.subarray(at + 2, end))
        at = end
      }
      if (at !== bundle.length) throw new Error(`bundle ${n} has bytes left over`)
    }
    return found
  }

  return {
    readCheckpoint,
    /** Reads everything and believes nothing but the checkpoint. Returns the entries; throws where the log contradicts it. */
    async audit(): Promise<{ origin: string; size: number; entries: Buffer[] }> {
      const { origin, size, root } = await readCheckpoint()
      const entries = await readEntries(size)
      const leaves = await readLevel(0, size)
      for (const [index, entry] of entries.entries()) {
        if (!leaves[index]?.equals(sha256(Buffer.from([0]), entry)))
          throw new Error(`entry ${index} is not its leaf`)
      }
      if (!rootOf(leaves).equals(root)) throw new Error('the leaves do not come to the root')
      let below = leaves
      for (let level = 1; below.length >= 256; level += 1) {
        const above = await readLevel(level, size)
        for (const [index, hash] of above.entries()) {
          if (!rootOf(below.slice(index * 256, index * 256 + 256)).equals(hash))
            throw new Error(`hash ${index} of level ${level} is not the root of the tile below`)
        }
        below = above
      }
      return { origin, size, entries }
    },
  }
}

const sha256 = (...parts: readonly Buffer[]): Buffer => {
  const hash = createHash('sha256')
  for (const part of parts) hash.update(part)
  return hash.digest()
}

/** RFC 6962 §2.1, word for word. */
const rootOf = (leaves: readonly Buffer[]): Buffer => {
  const [only] = leaves
  if (only === undefined) return sha256()
  if (leaves.length === 1) return only
  let k = 1
  while (k * 2 < leaves.length) k *= 2
  return sha256(Buffer.from([1]), rootOf(leaves.slice(0, k)), rootOf(leaves.slice(k)))
}

/** signed-note, then tlog-checkpoint: origin, size, root; everything after the last empty line is signatures. */
const openCheckpoint = (note: string, vkey: string) => {
  const end = note.lastIndexOf('\n\n')
  const text = note.slice(0, end + 1)
  const [origin = '', size = '', root = '', rest] = text.split('\n')
  if (end === -1 || rest !== '' || !/^(0|[1-9]\d*)$/.test(size)) throw new Error('this is no checkpoint')
  if (!isSigned(text, note.slice(end + 2), vkey)) throw new Error('the log did not sign this')
  return { origin, size: Number(size), root: Buffer.from(root, 'base64') }
}

/** signed-note: `— name base64(keyID ‖ signature)`, Ed25519 over the text; the key ID is SHA-256(name ‖ \n ‖ 0x01 ‖ key)[:4]. */
const isSigned = (text: string, signatures: string, vkey: string): boolean => {
  const [, name = '', id = '', key = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/.exec(vkey) ?? []
  const tagged = Buffer.from(key, 'base64')
  const keyId = sha256(Buffer.from(`${name}\n`), tagged).subarray(0, 4)
  if (tagged[0] !== 1 || tagged.length !== 33 || keyId.toString('hex') !== id) return false
  const x = tagged.subarray(1).toString('base64url')
  const publicKey = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
  return signatures.split('\n').some((line) => {
    const [dash, who, blob = ''] = line.split(' ')
    const bytes = Buffer.from(blob, 'base64')
    if (dash !== '—' || who !== name || !bytes.subarray(0, 4).equals(keyId)) return false
    return verify(null, Buffer.from(text), publicKey, bytes.subarray(4))
  })
}

/** tlog-tiles: 1234067 is x001/x234/067. */
const formatIndex = (n: number): string => {
  const last = String(n % 1000).padStart(3, '0')
  return n < 1000 ? last : `${formatIndex(Math.floor(n / 1000)).replace(/(\d{3})$/, 'x$1')}/${last}`
}
