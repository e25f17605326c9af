import type { Gathered } from '@watchbill/runtimes'
import type { RuntimeSource } from '../config/config.ts'
import type { Outbound } from '../outbound/outbound.ts'
import type { Ask, Source } from './ask.ts'
import { notGathered } from './gathered.ts'
import { readToken } from './token-file.ts'

export type HttpEntry = Extract<RuntimeSource, { readonly url: string }>

const limitBytes = 1024 * 1024
/** How long a route that was refused is not asked for again, ms: asking on would fill the runtime's own alarms. */
const holdMs: Readonly<Record<number, number>> = { 401: 600_000, 403: 600_000, 404: 600_000, 429: 60_000 }

interface Held {
  readonly gathered: Gathered
  readonly untilMs: number
}

/** A runtime's documents by HTTP, one after the other; where one meets silence, the others are not tried. */
export const httpSource = (
  { url, tokenFile }: HttpEntry,
  documents: readonly string[],
  outbound: Outbound,
): Source => {
  const base = url.replace(/\/+$/, '')
  const held = new Map<string, Held>()
  let token: string | null = null

  const ask = async (name: string, { nowMs, timeoutMs, signal }: Ask): Promise<Gathered> => {
    const before = held.get(name)
    if (before !== undefined && nowMs < before.untilMs) return before.gathered
    const headers = token === null ? {} : { authorization: `Bearer ${token}` }
    const { status, bytes } = await outbound.get(`${base}${name}`, { headers, timeoutMs, limitBytes, signal })
    const gathered: Gathered = { kind: 'document', bytes, httpStatus: status }
    const hold = holdMs[status]
    if (hold === undefined) held.delete(name)
    else held.set(name, { gathered, untilMs: nowMs + hold })
    return gathered
  }

  const refreshToken = async (): Promise<void> => {
    const now = tokenFile === null ? null : await readToken(tokenFile)
    if (now !== token) held.clear()
    token = now
  }

  return {
    address: base,
    gather: async (asked) => {
      const gathered: Record<string, Gathered> = {}
      let silence: Gathered | null = null
      try {
        await refreshToken()
      } catch (error) {
        silence = { kind: 'silent', reason: error instanceof Error ? error.message : 'token file' }
      }
      for (const name of documents) {
        const one: Gathered = silence ?? (await ask(name, asked).catch(notGathered))
        if (one.kind === 'silent') silence = one
        gathered[name] = one
      }
      return gathered
    },
  }
}
