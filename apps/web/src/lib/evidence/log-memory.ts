import { type Contradiction, sameContradiction } from './contradiction.ts'

/** A contradiction and when this browser met it (RFC 3339). */
export interface RememberedContradiction extends Contradiction {
  readonly at: string
  /** The restore that owned up to it later, and when; it stays on record, and is a contradiction no more. */
  readonly explained?: LostRange
}

/** A restore that the log announced: entries `from` to `to` - 1 of what had been signed are lost. */
export interface LostRange {
  readonly from: number
  readonly to: number
  readonly at: string
}

/** What this browser holds the log of one workspace to (SECURITY: trust on first use). */
export interface LogMemory {
  readonly v: 1
  readonly origin: string
  /** Verifier keys: the one of the first visit, then those it led to. */
  readonly keys: readonly string[]
  readonly pinnedAt: string
  /** The newest checkpoint proven here; `root` in standard base64. */
  readonly size: number
  readonly root: string
  readonly note: string
  readonly provenAt: string
  readonly lost: readonly LostRange[]
  /** Never emptied but by the reader. */
  readonly contradictions: readonly RememberedContradiction[]
}

type Store = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>

const keyOf = (workspace: string) => `watchbill.log.${workspace}`

/** Null when there is none, or none that can be read. */
export function readMemory(store: Store, workspace: string): LogMemory | null {
  try {
    const value: unknown = JSON.parse(store.getItem(keyOf(workspace)) ?? 'null')
    return isMemory(value) ? value : null
  } catch {
    return null
  }
}

/**
 * Keeps what was learnt. Another tab may have learnt more meanwhile: the larger checkpoint wins, contradictions of both
 * stay. Returns what is kept now.
 */
export function keepMemory(store: Store, workspace: string, learnt: LogMemory): LogMemory {
  const held = readMemory(store, workspace)
  const newer = held !== null && held.origin === learnt.origin && held.size > learnt.size ? held : learnt
  const kept = {
    ...newer,
    contradictions: addContradictions(learnt.contradictions, held?.contradictions ?? []),
  }
  writeMemory(store, workspace, kept)
  return kept
}

/** Those of `held`, then those of `news` about anything else; at most 50. */
export function addContradictions(
  news: readonly RememberedContradiction[],
  held: readonly RememberedContradiction[],
): readonly RememberedContradiction[] {
  const kept = held.map((one) => news.find((other) => explains(other, one)) ?? one)
  const added = news.filter((one) => !kept.some((other) => isOnRecord(one, other)))
  return [...kept, ...added].slice(0, 50)
}

const explains = (one: RememberedContradiction, held: RememberedContradiction): boolean =>
  one.explained !== undefined && sameContradiction(one, held) && held.at <= one.explained.at

/** What comes after an explanation is not explained by it. */
const isOnRecord = (one: RememberedContradiction, held: RememberedContradiction): boolean =>
  sameContradiction(one, held) && (held.explained === undefined || one.at <= held.explained.at)

/** Those that nothing explained: the log is not what it was. */
export const standing = (memory: LogMemory | null): readonly RememberedContradiction[] =>
  memory?.contradictions.filter(({ explained }) => explained === undefined) ?? []

/** The reader starts over: the next checkpoint is trusted as on a first visit. */
export function forgetMemory(store: Store, workspace: string): void {
  store.removeItem(keyOf(workspace))
}

/** A browser that stores nothing still checks; it only remembers no longer than the page. */
function writeMemory(store: Store, workspace: string, memory: LogMemory): void {
  try {
    store.setItem(keyOf(workspace), JSON.stringify(memory))
  } catch {
    // Full or forbidden.
  }
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((one) => typeof one === 'string')
const isList = (value: unknown, names: readonly string[]): boolean =>
  Array.isArray(value) &&
  value.every((one) => typeof one === 'object' && one !== null && names.every((name) => name in one))

function isMemory(value: unknown): value is LogMemory {
  if (typeof value !== 'object' || value === null) return false
  const has = new Map<string, unknown>(Object.entries(value))
  const texts = ['origin', 'pinnedAt', 'root', 'note', 'provenAt']
  return (
    has.get('v') === 1 &&
    texts.every((name) => typeof has.get(name) === 'string') &&
    Number.isSafeInteger(has.get('size')) &&
    isTexts(has.get('keys')) &&
    isList(has.get('lost'), ['from', 'to', 'at']) &&
    isList(has.get('contradictions'), ['place', 'kind', 'detail', 'at'])
  )
}
