/** Places below a size, one bit each: which entries an export holds is settled before its first byte. */
export interface Places {
  readonly count: number
  add(seq: number): void
  /** Ascending, `width` at a time. */
  batches(width: number): Generator<number[]>
}

export const createPlaces = (below: number): Places => {
  const bits = new Uint8Array(Math.ceil(below / 8))
  let count = 0
  return {
    get count() {
      return count
    },
    add(seq) {
      const at = Math.floor(seq / 8)
      const bit = 1 << (seq % 8)
      const byte = bits[at]
      if (byte === undefined || (byte & bit) !== 0) return
      bits[at] = byte | bit
      count += 1
    },
    *batches(width) {
      let batch: number[] = []
      for (const [at, byte] of bits.entries()) {
        for (let bit = 0, rest = byte; rest > 0; bit += 1, rest >>= 1) {
          if ((rest & 1) === 0) continue
          batch.push(at * 8 + bit)
          if (batch.length < width) continue
          yield batch
          batch = []
        }
      }
      if (batch.length > 0) yield batch
    },
  }
}
