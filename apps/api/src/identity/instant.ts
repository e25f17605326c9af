/** Milliseconds since the epoch as RFC 3339 UTC. */
export const instant = (ms: number): string => new Date(ms).toISOString()

/** The same for a time that may be unknown. */
export const instantOrNull = (ms: number | null): string | null => (ms === null ? null : instant(ms))
