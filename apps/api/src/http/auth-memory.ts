import { Fault } from '@watchbill/contract/fault'
import { within } from '../probes/within.ts'
import type { Actor } from './handler.ts'

/** How long the database may take to say who asks a probe, and how long its last word holds when it is away. */
const patienceMs = 1000
const memoryMs = 10 * 60_000
const most = 256

/**
 * Probes must answer while the database is away, and on-call needs the reason just then: an actor seen within ten
 * minutes keeps `probe:read`, on probe paths alone. Everything else about them waits for the database.
 */
export const createProbeMemory = () => {
  const seen = new Map<string, { actor: Actor; at: number }>()
  return {
    async through(
      request: Request,
      hash: string,
      now: number,
      look: () => Promise<Actor>,
    ): Promise<Actor | null> {
      if (!isProbe(request)) return look()
      try {
        const actor = await within(patienceMs, look())
        remember(seen, hash, actor, now)
        return actor
      } catch (error) {
        if (!isRefusal(error)) return recall(seen.get(hash), now)
        seen.delete(hash)
        throw error
      }
    },
  }
}

const isProbe = (request: Request): boolean =>
  /^\/(readyz(\/[^/]*)?|metrics)$/.test(new URL(request.url).pathname)

/** The database was there and said no. */
const isRefusal = (error: unknown): boolean => error instanceof Fault && error.code === 'unauthenticated'

const remember = (
  seen: Map<string, { actor: Actor; at: number }>,
  hash: string,
  actor: Actor,
  at: number,
) => {
  if (!actor.scopes.has('probe:read')) return
  seen.delete(hash)
  seen.set(hash, { actor, at })
  const [oldest] = seen.keys()
  if (seen.size > most && oldest !== undefined) seen.delete(oldest)
}

const recall = (known: { actor: Actor; at: number } | undefined, now: number): Actor | null => {
  if (!known || known.at + memoryMs <= now) return null
  if (known.actor.expiresAt !== null && known.actor.expiresAt <= now) return null
  return { ...known.actor, scopes: new Set(['probe:read']) }
}
