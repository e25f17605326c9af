import { _SHA256 } from '@noble/hashes/sha2.js'

const blockBytes = 64
/** Longer inputs get a buffer of their own. */
const keptBytes = 66 * blockBytes

/**
 * The compression function of @noble/hashes on one buffer that is kept. Nearly all hashes of a log are over one or two blocks,
 * where its streaming class spends more on views and buffers than on SHA-256 itself.
 */
class ShortSha256 extends _SHA256 {
  readonly #start = this.get()
  readonly #kept = new Uint8Array(keptBytes)
  readonly #view = new DataView(this.#kept.buffer)

  hash(input: Uint8Array): Uint8Array {
    const { length } = input
    // FIPS 180-4 §5.1.1: a one bit, zeros, and the length in bits as the last eight bytes of a block.
    const end = Math.ceil((length + 9) / blockBytes) * blockBytes
    const bytes = end <= keptBytes ? this.#kept : new Uint8Array(end)
    const view = end <= keptBytes ? this.#view : new DataView(bytes.buffer)
    bytes.set(input)
    bytes[length] = 0x80
    bytes.fill(0, length + 1, end)
    view.setUint32(end - 8, length / 2 ** 29)
    view.setUint32(end - 4, length * 8)
    this.set(...this.#start)
    for (let at = 0; at < end; at += blockBytes) this.process(view, at)
    return this.#digest()
  }

  #digest(): Uint8Array {
    const out = new Uint8Array(32)
    let at = 0
    for (const word of this.get()) {
      out[at] = word >>> 24
      out[at + 1] = word >>> 16
      out[at + 2] = word >>> 8
      out[at + 3] = word
      at += 4
    }
    return out
  }
}

const short = new ShortSha256()

/** SHA-256, 32 bytes of their own. */
export const shortSha256 = (bytes: Uint8Array): Uint8Array => short.hash(bytes)
