const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })
const dollars = new Intl.NumberFormat('en-US', { style: 'currency', currency: 'USD' })

/** `1,234`. */
export const formatCount = (value: number) => whole.format(value)

/** Three significant digits from 10,000 on: `9,876`, `48.2k`, `1.24M`, `3.05B`. */
export function formatCompact(value: number): string {
  if (value < 10_000) return whole.format(value)
  const steps = [
    [1e9, 'B'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const
  // 999,500 already rounds to a thousand thousands.
  const [size, letter] = steps.find(([step]) => value >= step * 0.9995) ?? [1, '']
  return `${Number((value / size).toPrecision(3))}${letter}`
}

/** Micro-USD as dollars: `$1.23`, `<$0.01` below a cent, `$0.00` for exactly nothing. */
export function formatCost(microUsd: number): string {
  if (microUsd > 0 && microUsd < 10_000) return '<$0.01'
  return dollars.format(microUsd / 1e6)
}

interface TokenParts {
  readonly input: number | null
  readonly cacheRead: number | null
  readonly cacheWrite: number | null
  readonly output: number | null
  readonly reasoning: number | null
}

/** Sum of the known parts; null when nothing is known (unknown is never 0). */
export function totalTokens(tokens: TokenParts): number | null {
  const known = tokenParts(tokens).flatMap(([, value]) => (value === null ? [] : [value]))
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0)
}

/** The five disjoint numbers with the words a person reads. */
export function tokenParts(tokens: TokenParts): (readonly [string, number | null])[] {
  return [
    ['input', tokens.input],
    ['cache read', tokens.cacheRead],
    ['cache write', tokens.cacheWrite],
    ['output', tokens.output],
    ['reasoning', tokens.reasoning],
  ]
}

/** `input 1,204 · cache read – · …`, for the title of a token total. */
export function describeTokens(tokens: TokenParts): string {
  return tokenParts(tokens)
    .map(([name, value]) => `${name} ${value === null ? '–' : formatCount(value)}`)
    .join(' · ')
}
