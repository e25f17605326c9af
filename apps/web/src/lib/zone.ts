/** The zone if the platform knows it, else UTC; the value comes from a cookie. */
export function knownZone(zone: string | undefined): string {
  if (zone === undefined || zone === '') return 'UTC'
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone })
    return zone
  } catch {
    return 'UTC'
  }
}
