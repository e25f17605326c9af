/** Random numbers in [0, 1) from a seed (mulberry32); prints the seed so that a failure can be repeated with WATCHBILL_SEED. */
export const createSeeded = (purpose: string): (() => number) => {
  const seed = Number(process.env.WATCHBILL_SEED ?? Date.now() % 2 ** 31)
  console.log(`${purpose}: WATCHBILL_SEED=${seed}`)
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
