/** Something this daemon cannot do here, why, and what would change that; shown in its status. */
export interface Limit {
  readonly what: string
  readonly why: string
  readonly mend: string | null
}

/** What the permission model keeps this process from; empty when it runs without. */
export const confinementLimits = (permission: NodeJS.Process['permission'] | undefined): Limit[] => {
  if (permission === undefined) return []
  const limits: Limit[] = []
  if (process.platform === 'linux' && !permission.has('fs.read', '/proc/1/stat'))
    limits.push({
      what: 'live processes are unknown, except those Claude Code lists itself',
      why: 'the daemon runs confined and may not look into /proc',
      mend: null,
    })
  if (!permission.has('child'))
    limits.push({
      what: '`claude agents` is not asked which sessions live',
      why: 'the daemon runs confined and may not start processes',
      mend: null,
    })
  return limits
}
