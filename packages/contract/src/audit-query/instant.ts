export const dayMs = 86_400_000

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: dayMs }

/** `250`, `5s`, `1.5h` in ms; null for anything else. */
export const readDuration = (text: string): number | null => {
  const [, digits, unit = 'ms'] = /^(\d{1,15}(?:\.\d{1,3})?)(ms|s|m|h|d)?$/.exec(text.toLowerCase()) ?? []
  const exact = Number(digits) * (units[unit] ?? Number.NaN)
  const ms = Math.round(exact)
  // A part of a millisecond is nobody's meaning; what binary fractions add is.
  return Math.abs(exact - ms) < 1e-3 && Number.isSafeInteger(ms) ? ms : null
}

/** The largest unit that says it in a whole number. */
export const formatDuration = (ms: number): string => {
  const fit = Object.entries(units).findLast(([, size]) => ms >= size && ms % size === 0)
  return fit === undefined ? `${ms}ms` : `${ms / fit[1]}${fit[0]}`
}

const rfc3339 =
  /^(\d{4}-\d\d-\d\d)(?:[T ]([01]\d|2[0-3]):([0-5]\d)(?::([0-5]\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))?)?$/

/**
 * Ms since the epoch of a date (its first moment), of an RFC 3339 instant whose seconds and zone may be missing, or of 13
 * digits that are ms already; without a zone in UTC. Null for anything else, a day no month has included.
 */
export const readInstant = (text: string): number | null => {
  if (/^\d{13}$/.test(text)) return Number(text)
  const parts = rfc3339.exec(text.toUpperCase())
  if (parts === null) return null
  const [
    ,
    date = '',
    hours = 0,
    minutes = 0,
    seconds = 0,
    fraction = '',
    sign,
    zoneHours = 0,
    zoneMinutes = 0,
  ] = parts
  const midnight = new Date(`${date}T00:00:00.000Z`)
  // Engines differ in whether 31 April is 1 May or no date.
  if (Number.isNaN(midnight.getTime()) || midnight.toISOString().slice(0, 10) !== date) return null
  const ms = Number(fraction.padEnd(3, '0').slice(0, 3))
  const local = clock(hours, minutes) + Number(seconds) * 1000 + ms
  return midnight.getTime() + local - clock(zoneHours, zoneMinutes) * (sign === '-' ? -1 : 1)
}

const clock = (hours: string | number, minutes: string | number): number =>
  Number(hours) * 3_600_000 + Number(minutes) * 60_000
