/** A machine's clock against ours, as one request shows it. */
export interface MachineClock {
  /** When the request came, ms by our clock. */
  readonly receivedAt: number
  /**
   * receivedAt − sentAt, ms in whole seconds (the network's jitter must not move every time of every report):
   * positive when its clock is behind. Null when in step, or unknown.
   */
  readonly skewMs: number | null
  /** Whether the request said what time it has there. */
  readonly known: boolean
}

/** Less than this is the network's share, ms. */
const inStepMs = 2000

export const readClock = (sentAt: string | undefined, receivedAt: number): MachineClock => {
  if (sentAt === undefined) return { receivedAt, skewMs: null, known: false }
  const apartMs = receivedAt - Date.parse(sentAt)
  const skewMs = Math.abs(apartMs) > inStepMs ? Math.round(apartMs / 1000) * 1000 : null
  return { receivedAt, skewMs, known: true }
}

/** A reported time by our clock, ms: skew removed, never in the future, never before 1970. */
export const onOurClock = (clock: MachineClock, reported: string): number =>
  Math.max(0, Math.min(clock.receivedAt, Date.parse(reported) + (clock.skewMs ?? 0)))
