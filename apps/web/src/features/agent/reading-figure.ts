import { formatDuration } from '../../lib/duration.ts'
import { formatCount } from '../../lib/figures.ts'

const mebibyte = 1_048_576

/** A number as a person reads it, with its unit: bytes as MiB, milliseconds as one unit, fractions kept. */
export function readingFigure(value: number, unit: string | null): { text: string; unit: string | null } {
  if (unit === 'B' && Math.abs(value) >= mebibyte) return { text: short(value / mebibyte), unit: 'MiB' }
  if (unit === 'ms' && value >= 1000) return { text: formatDuration(value), unit: null }
  return { text: short(value), unit }
}

const short = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100
    ? formatCount(value)
    : String(Number(value.toPrecision(3)))
