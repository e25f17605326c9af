/** What this process counts for `/metrics`. Labels come from closed sets, so the number of series is bounded. */
export interface Meters {
  /** One answered request: the contract row's path (never the URL), method, status, seconds until the head was ready. */
  answered(route: string, method: string, status: number, seconds: number): void
  /** A live stream opened; call what comes back once, when it has ended. */
  streamOpened(): () => void
  /** Snapshots taken in, by what their receipt said. */
  snapshots(status: SnapshotStatus, count: number): void
  /** Producers' entries taken in, by what their receipt said. */
  entries(status: EntryStatus, count: number): void
  read(): Readings
}

type SnapshotStatus = 'stored' | 'late' | 'duplicate'
type EntryStatus = 'stored' | 'duplicate' | 'equivocation'

export interface RequestSeries {
  readonly route: string
  readonly method: string
  /** `2xx` … `5xx`. */
  readonly status: string
  count: number
  sumSeconds: number
  /** Requests at or below each bound of `bucketBounds`, cumulative. */
  readonly buckets: number[]
}

interface Readings {
  readonly requests: readonly RequestSeries[]
  readonly streamsOpen: number
  readonly snapshots: Readonly<Record<SnapshotStatus, number>>
  readonly entries: Readonly<Record<EntryStatus, number>>
}

/** Upper bounds of the duration histogram, seconds. */
export const bucketBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10] as const

export const createMeters = (): Meters => {
  const series = new Map<string, RequestSeries>()
  const snapshots = { stored: 0, late: 0, duplicate: 0 }
  const entries = { stored: 0, duplicate: 0, equivocation: 0 }
  let streamsOpen = 0
  return {
    answered(route, method, status, seconds) {
      const one = seriesOf(series, route, method, `${Math.floor(status / 100)}xx`)
      one.count += 1
      one.sumSeconds += seconds
      bucketBounds.forEach((bound, index) => {
        if (seconds <= bound) one.buckets[index] = (one.buckets[index] ?? 0) + 1
      })
    },
    streamOpened() {
      let open = true
      streamsOpen += 1
      return () => {
        if (open) streamsOpen -= 1
        open = false
      }
    },
    snapshots(status, count) {
      snapshots[status] += count
    },
    entries(status, count) {
      entries[status] += count
    },
    read: () => ({
      requests: [...series.values()],
      streamsOpen,
      snapshots: { ...snapshots },
      entries: { ...entries },
    }),
  }
}

const seriesOf = (series: Map<string, RequestSeries>, route: string, method: string, status: string) => {
  const key = `${method} ${route} ${status}`
  const known = series.get(key)
  if (known) return known
  const fresh = { route, method, status, count: 0, sumSeconds: 0, buckets: bucketBounds.map(() => 0) }
  series.set(key, fresh)
  return fresh
}
