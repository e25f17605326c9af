export const dayMs = 86_400_000

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: dayMs }

/** `250`, `5s`, `1.5h` in ms; null for anything else. */
export const readDuration = (text: string): number | null => {
  const [, digits, unit = 'ms'] = /^(\d{1,15}(?:\.\d{1,3})?)(ms|[smhd])?$/.exec(text.toLowerCase()) ?? []
  const exact = Number(digits) * (units[unit] ?? Number.NaN)
  const ms = Math.round(exact)
  // A part of a millisecond is nobody's meaning; what binary fractions add is.
  return Math.abs(exact - ms) < 1e-3 && Number.isSafeInteger(ms) ? ms : null
}

/** In the largest unit that says it in a whole number. */
export const formatDuration = (ms: number): string => {
  const [unit, size] = Object.entries(units).findLast(([, one]) => ms >= one && ms % one === 0) ?? ['ms', 1]
  return `${ms / size}${unit}`
}

const rfc3339 =
  /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(?:Z|([+-])([01]\d|2[0-3]):([0-5]\d))?)?$/

/**
 * Ms since the epoch of a date (its first moment), of an RFC 3339 instant whose seconds and zone may be missing, or of 13
 * digits that are ms already; without a zone in UTC. Null for anything else, a day no month has included.
 */
export const readInstant = (text: string): number | null => {
  if (/^\d{13}$/.test(text)) return Number(text)
  const parts = rfc3339.exec(text.toUpperCase())
  if (parts === null) return null
  const [, date, clock = '00:00', seconds = '00', fraction = '', sign, hours = 0, minutes = 0] = parts
  const local = `${date}T${clock}:${seconds}.${fraction.padEnd(3, '0').slice(0, 3)}Z`
  const ms = Date.parse(local)
  // Engines differ in whether 31 April is 1 May or no date.
  if (Number.isNaN(ms) || new Date(ms).toISOString() !== local) return null
  const zoneMs = (Number(hours) * 60 + Number(minutes)) * 60_000
  return sign === '-' ? ms + zoneMs : ms - zoneMs
}
