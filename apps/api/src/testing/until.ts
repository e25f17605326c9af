/** Asks again every 20 ms until it holds; throws after `limitMs`. Returns how long that took, ms. */
export const until = async (holds: () => Promise<boolean>, limitMs = 60_000): Promise<number> => {
  const start = performance.now()
  while (!(await holds())) {
    if (performance.now() - start > limitMs) throw new Error(`still not so after ${limitMs} ms`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return Math.round(performance.now() - start)
}
