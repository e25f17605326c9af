/** `12 s`, `4 min`, `3 h`, `5 d`: one unit, rounded down; a negative age is 0. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  if (seconds < 60) return `${seconds} s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`
  return `${Math.floor(seconds / 86_400)} d`
}

const formats = new Map<string, Intl.DateTimeFormat>()

function formatFor(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known !== undefined) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: 'short',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  formats.set(zone, made)
  return made
}

/** `20 Nov 2026 10:41:05 UTC`. `at` is RFC 3339, `zone` an IANA name. */
export function formatInstant(at: string, zone: string): string {
  const moment = Date.parse(at)
  if (!Number.isFinite(moment)) return at
  return `${formatFor(zone).format(moment).replace(',', '')} ${zone}`
}

/** `10:41` in `zone`. */
export function formatClock(at: string, zone: string): string {
  const parts = formatFor(zone).formatToParts(Date.parse(at))
  const part = (type: string) => parts.find((one) => one.type === type)?.value ?? ''
  return `${part('hour')}:${part('minute')}`
}
