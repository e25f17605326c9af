import { userInfo } from 'node:os'

/** The account the daemon runs as; null where the system does not tell. */
export const ownerName = (): string | null => {
  try {
    return userInfo().username.slice(0, 120) || null
  } catch {
    return null
  }
}
