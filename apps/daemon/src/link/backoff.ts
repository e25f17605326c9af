const firstMs = 250
const mostMs = 8000

/** How long to wait after `failures` in a row, ms: doubling, and somewhere in the upper half so that daemons do not march in step. */
export const backoffMs = (failures: number, random: () => number): number => {
  const ceiling = Math.min(mostMs, firstMs * 2 ** Math.max(0, Math.min(failures - 1, 10)))
  return Math.round(ceiling * (0.5 + random() / 2))
}
