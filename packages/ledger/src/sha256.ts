/** FIPS 180-4 §4.2.2: the first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
const rounds = Int32Array.of(
  ...[0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5],
  ...[0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174],
  ...[0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da],
  ...[0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967],
  ...[0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85],
  ...[0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070],
  ...[0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3],
  ...[0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2],
)
/** §5.3.3: those of the square roots of the first eight. */
const start = Int32Array.of(
  ...[0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19],
)

const blockBytes = 64
const words = new Int32Array(64)
const state = new Int32Array(8)

/**
 * SHA-256 (FIPS 180-4), 32 bytes of their own. Written out here because a page that checks a million entries cannot wait for one
 * that streams; held to two others by its test. Not for secrets: it takes no care of its traces.
 */
export const sha256 = (input: Uint8Array): Uint8Array => {
  const { length } = input
  const whole = length - (length % blockBytes)
  state.set(start)
  for (let at = 0; at < whole; at += blockBytes) {
    readWords(input, at)
    compress()
  }
  readLastWords(input, whole)
  // §5.1.1: the length in bits ends the last block; where no room is left for it behind the input, that is one of its own.
  if (length - whole >= blockBytes - 8) {
    spread()
    compress()
    words.fill(0, 0, 16)
  }
  words[14] = length / 2 ** 29
  words[15] = length * 8
  spread()
  compress()
  const digest = new Uint8Array(32)
  for (let index = 0; index < 8; index += 1) putWord(digest, index * 4, state[index] ?? 0)
  return digest
}

const putWord = (bytes: Uint8Array, at: number, word: number): void => {
  bytes[at] = word >>> 24
  bytes[at + 1] = word >>> 16
  bytes[at + 2] = word >>> 8
  bytes[at + 3] = word
}

const readWords = (bytes: Uint8Array, from: number): void => {
  for (let index = 0; index < 16; index += 1) words[index] = wordAt(bytes, from + index * 4)
  spread()
}

/** §5.1.1: what is left of the input behind its whole blocks, a one bit, and zeros. */
const readLastWords = (bytes: Uint8Array, from: number): void => {
  const left = bytes.length - from
  const whole = left >>> 2
  for (let index = 0; index < whole; index += 1) words[index] = wordAt(bytes, from + index * 4)
  // Byte by byte, up to the end: one read behind it would make every read slower from then on.
  let last = 0x80 << (24 - 8 * (left & 3))
  for (let index = 0; index < (left & 3); index += 1)
    last |= (bytes[from + whole * 4 + index] ?? 0) << (24 - 8 * index)
  words[whole] = last
  for (let index = whole + 1; index < 16; index += 1) words[index] = 0
}

const wordAt = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 24) | ((bytes[at + 1] ?? 0) << 16) | ((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0)

/** §6.2.2 step 1: the message schedule. */
const spread = (): void => {
  const word = (index: number) => words[index] ?? 0
  for (let index = 16; index < 64; index += 1) {
    const x = word(index - 15)
    const y = word(index - 2)
    const s0 = ((x >>> 7) | (x << 25)) ^ ((x >>> 18) | (x << 14)) ^ (x >>> 3)
    const s1 = ((y >>> 17) | (y << 15)) ^ ((y >>> 19) | (y << 13)) ^ (y >>> 10)
    words[index] = (s1 + word(index - 7) + s0 + word(index - 16)) | 0
  }
}

/** §6.2.2 steps 2 to 4; names as there. */
const compress = (): void => {
  const before = (index: number) => state[index] ?? 0
  // One by one: taken out of an array they would stay values of any type, and cost three times as much.
  let a = before(0)
  let b = before(1)
  let c = before(2)
  let d = before(3)
  let e = before(4)
  let f = before(5)
  let g = before(6)
  let h = before(7)
  for (let index = 0; index < 64; index += 1) {
    const s1 = ((e >>> 6) | (e << 26)) ^ ((e >>> 11) | (e << 21)) ^ ((e >>> 25) | (e << 7))
    const t1 = (h + s1 + (g ^ (e & (f ^ g))) + (rounds[index] ?? 0) + (words[index] ?? 0)) | 0
    const s0 = ((a >>> 2) | (a << 30)) ^ ((a >>> 13) | (a << 19)) ^ ((a >>> 22) | (a << 10))
    const t2 = (s0 + ((a & b) | (c & (a | b)))) | 0
    h = g
    g = f
    f = e
    e = (d + t1) | 0
    d = c
    c = b
    b = a
    a = (t1 + t2) | 0
  }
  const add = (index: number, word: number) => {
    state[index] = (before(index) + word) | 0
  }
  add(0, a)
  add(1, b)
  add(2, c)
  add(3, d)
  add(4, e)
  add(5, f)
  add(6, g)
  add(7, h)
}
