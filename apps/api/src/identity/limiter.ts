/** At most so many attempts per address within any minute. Held in this process; the tokens guarded carry 256 bits. */
export interface Limiter {
  /** Takes one attempt. Returns 0, or the seconds to wait when none is left. */
  take(address: string, now: number): number
  /** Gives back the attempt taken at `at`: it did succeed. */
  refund(address: string, at: number): void
}

const windowMs = 60_000
const mostAddresses = 10_000

export const createLimiter = (most = 5): Limiter => {
  const attempts = new Map<string, number[]>()
  return {
    take(address, now) {
      const key = networkOf(address)
      const recent = (attempts.get(key) ?? []).filter((at) => at > now - windowMs)
      const [oldest] = recent
      if (oldest !== undefined && recent.length >= most) return Math.ceil((oldest + windowMs - now) / 1000)
      if (attempts.size >= mostAddresses) forget(attempts, now)
      attempts.set(key, [...recent, now])
      return 0
    },
    refund(address, at) {
      const key = networkOf(address)
      const recent = attempts.get(key) ?? []
      const index = recent.indexOf(at)
      attempts.set(key, index < 0 ? recent : recent.toSpliced(index, 1))
    },
  }
}

/** Drops what no longer counts; if all does, the older half, so that a flood of addresses cannot fill memory. */
const forget = (attempts: Map<string, number[]>, now: number) => {
  for (const [key, times] of attempts) if ((times.at(-1) ?? 0) <= now - windowMs) attempts.delete(key)
  if (attempts.size < mostAddresses) return
  for (const key of [...attempts.keys()].slice(0, mostAddresses / 2)) attempts.delete(key)
}

/** One IPv6 host owns a whole /64, so that is what is counted. */
const networkOf = (address: string): string => {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped) return mapped
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const front = head === '' ? [] : head.split(':')
  const back = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? [] : Array<string>(Math.max(0, 8 - front.length - back.length)).fill('0')
  return [...front, ...gap, ...back].slice(0, 4).join(':').toLowerCase()
}
