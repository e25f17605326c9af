const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(zone, made)
  return made
}

/** `2026-11-20T10:41`: what a clock on the wall of `zone` shows, as a date-time field takes it. `ms` since the epoch. */
export function formatWall(ms: number, zone: string): string {
  const parts = formatFor(zone).formatToParts(ms)
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}`
}

/** The same read as if the wall hung in UTC, ms. */
const readAsUtc = (wall: string): number => Date.parse(`${wall}:00.000Z`)

/**
 * The moment at which that clock shows this, ms; null for what is no date and time. Of an hour that comes twice the first is
 * meant; one that is left out in spring is read with the offset that held before it.
 */
export function parseWall(text: string, zone: string): number | null {
  const wall = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.exec(text)?.[0]
  const wanted = wall === undefined ? Number.NaN : readAsUtc(wall)
  if (wall === undefined || !Number.isFinite(wanted)) return null
  const offsetAt = (ms: number) => readAsUtc(formatWall(ms, zone)) - Math.floor(ms / 60_000) * 60_000
  // Offsets a day before and after: between them lies at most one change.
  const offsets = [offsetAt(wanted - 86_400_000), offsetAt(wanted + 86_400_000)]
  const found = offsets.map((offset) => wanted - offset).filter((ms) => formatWall(ms, zone) === wall)
  return found.length > 0 ? Math.min(...found) : wanted - (offsets[0] ?? 0)
}
