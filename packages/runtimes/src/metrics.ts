import { mostBytes } from './document.ts'
import { parseExposition, type Sample } from './exposition.ts'
import type { Documents } from './node-status.ts'
import { words } from './standing.ts'

export type Metrics =
  | { readonly kind: 'ok'; readonly samples: readonly Sample[] }
  | { readonly kind: 'bad'; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string; readonly answered: boolean }

/** Reads one Prometheus document; a refusal is none, a page of HTML is bad. An empty body is no data, not an error. */
export const readExposition = (documents: Documents, name: string): Metrics => {
  const gathered = Object.hasOwn(documents, name) ? documents[name] : undefined
  if (gathered?.kind === 'garbled') {
    return { kind: 'bad', reason: `${name}: ${words(gathered.reason, 160) ?? 'cannot be read'}` }
  }
  if (gathered?.kind !== 'document') return { kind: 'none', reason: `there is no ${name}`, answered: false }
  const { bytes, httpStatus } = gathered
  if (httpStatus !== null && httpStatus !== 200) {
    return { kind: 'none', reason: `${name} answered ${httpStatus}`, answered: true }
  }
  if (bytes.byteLength > mostBytes) return { kind: 'bad', reason: `${name} is longer than 1 MiB` }
  const text = decode(bytes)
  if (text === null) return { kind: 'bad', reason: `${name}: is not UTF-8` }
  const read = parseExposition(text)
  return read.kind === 'ok' ? read : { kind: 'bad', reason: `${name} line ${read.line}: ${read.detail}` }
}

const decode = (bytes: Uint8Array): string | null => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return null
  }
}

/**
 * Counters and gauges by name without `prefix`, summed over their labels. Histograms are left out: VAK cumulates its
 * buckets twice (reference §2.1).
 */
export const sampleTotals = (samples: readonly Sample[], prefix: string): Record<string, number> => {
  const totals: Record<string, number> = {}
  for (const { name, value } of samples) {
    if (!name.startsWith(prefix) || !Number.isFinite(value) || /_(bucket|sum|count)$/.test(name)) continue
    const short = name.slice(prefix.length)
    if (!/^[a-z][a-z0-9_]{0,59}$/.test(short)) continue
    totals[short] = (Object.hasOwn(totals, short) ? (totals[short] ?? 0) : 0) + value
  }
  return totals
}
