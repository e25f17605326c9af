import type { Deps } from '../deps.ts'

/** What a reader at some place gets next. */
export type Frame =
  | { readonly kind: 'none' }
  /** The workspace is no more. */
  | { readonly kind: 'gone' }
  /** `bytes` null: the place moves without a word. `more`: further frames wait already. */
  | {
      readonly kind: 'told'
      readonly seq: number
      readonly bytes: Uint8Array | null
      readonly more: boolean
    }

/** How long readers at the same place share a frame, ms. */
const shareMs = 100

/** `place` says whose place it is and where, `rings` what the bell calls its workspace. */
export type ShareFrame = (place: string, rings: string, read: () => Promise<Frame>) => Promise<Frame>

/** Readers woken together stand at the same place, so each frame is made once for all. */
export const createShareFrame = ({ bell, config }: Pick<Deps, 'bell' | 'config'>): ShareFrame => {
  // At the edge a request may not wait for another one's query.
  if (config.runtime === 'edge') return (_place, _rings, read) => read()
  const shared = new Map<string, { at: number; frame: Promise<Frame> }>()
  const forget = (key: string, entry: { frame: Promise<Frame> }) => {
    if (shared.get(key)?.frame === entry.frame) shared.delete(key)
  }
  return (place, rings, read) => {
    const key = `${place} ${bell.rings(rings)}`
    const known = shared.get(key)
    const at = performance.now()
    if (known && at - known.at < shareMs) return known.frame
    const entry = { at, frame: read() }
    shared.set(key, entry)
    setTimeout(forget, shareMs, key, entry)
    return entry.frame
  }
}
