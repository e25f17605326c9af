/** Numbers that depend on nothing but the text they start from, so that one seed always tells one story. */
export interface Random {
  /** From 0 up to, not including, 1. */
  next(): number
  /** A whole number from `min` to `max`, both inclusive. */
  between(min: number, max: number): number
  pick<T>(choices: readonly [T, ...T[]]): T
  bytes(count: number): Uint8Array
}

/** sfc32 (public domain, PractRand) seeded by FNV-1a over the text. Not for secrets. */
export const createRandom = (text: string): Random => {
  let [a, b, c, counter] = [hash(text, 1), hash(text, 2), hash(text, 3), 1]
  const step = (): number => {
    const sum = (((a + b) | 0) + counter) | 0
    counter = (counter + 1) | 0
    a = b ^ (b >>> 9)
    b = (c + (c << 3)) | 0
    c = (((c << 21) | (c >>> 11)) + sum) | 0
    return sum >>> 0
  }
  for (let round = 0; round < 12; round += 1) step()
  const next = () => step() / 0x1_0000_0000
  const between = (min: number, max: number) => min + Math.floor(next() * (max - min + 1))
  return {
    next,
    between,
    pick: (choices) => choices[between(0, choices.length - 1)] ?? choices[0],
    bytes: (count) => Uint8Array.from({ length: count }, () => step() & 0xff),
  }
}

const hash = (text: string, salt: number): number => {
  let value = 0x811c9dc5 ^ salt
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193)
  }
  return value | 0
}
