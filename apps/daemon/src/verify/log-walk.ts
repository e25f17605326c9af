import {
  base64url,
  EntryError,
  type EntryHeader,
  type Frontier,
  merkle,
  parseHeader,
  tiles,
} from '@watchbill/ledger'
import type { Contradictions } from './contradictions.ts'
import type { LogSource } from './log-source.ts'
import { createTileCheck } from './tile-check.ts'

export interface WalkOptions {
  readonly size: number
  /** Sizes at which the root is wanted, ascending or not. */
  readonly rootsAt: readonly number[]
  readonly onProgress: (done: number, of: number) => void
}

export interface Walked {
  /** Entries that could be read: fewer than `size` when something is missing. */
  readonly size: number
  readonly root: Uint8Array
  /** By size, for those of `rootsAt` that were reached. */
  readonly roots: ReadonlyMap<number, Uint8Array>
}

/** Bundles asked for ahead of the one that is hashed. */
const ahead = 4

/** Reads every entry of a log, builds its tree anew, follows its producers, and compares its tiles. */
export const walkLog = async (
  source: LogSource,
  options: WalkOptions,
  found: Contradictions,
): Promise<Walked> => {
  const roots = new Map<number, Uint8Array>()
  const wanted = new Set(options.rootsAt)
  const check = createTileCheck(source, options.size, found)
  const chains = createChains(found)
  let frontier: Frontier = merkle.emptyFrontier
  if (wanted.has(0)) roots.set(0, merkle.rootOf(frontier))
  for await (const { n, entries } of bundlesOf(source, options.size)) {
    if (entries === null) {
      found.add(`bundle ${n}`, 'missing', 'its entries are not there, or not the bytes of a bundle')
      break
    }
    for (const entry of entries) {
      chains.entry(frontier.size, entry)
      frontier = merkle.appendLeaf(frontier, merkle.leafHash(entry), check.node)
      if (wanted.has(frontier.size)) roots.set(frontier.size, merkle.rootOf(frontier))
    }
    await check.flush()
    options.onProgress(frontier.size, options.size)
  }
  if (frontier.size === options.size) await check.end()
  return { size: frontier.size, root: merkle.rootOf(frontier), roots }
}

async function* bundlesOf(source: LogSource, size: number) {
  const count = Math.ceil(size / tiles.tileWidth)
  const asked: Promise<Uint8Array | null>[] = []
  const ask = (n: number): void => {
    if (n >= count) return
    const answer = source.bundle(n, tiles.widthAt(0, n, size))
    // Its failure is met when its turn comes; until then it is nobody's.
    answer.catch(() => {})
    asked.push(answer)
  }
  for (let n = 0; n < ahead; n += 1) ask(n)
  for (let n = 0; n < count; n += 1) {
    const bytes = await asked.shift()
    ask(n + ahead)
    const width = tiles.widthAt(0, n, size)
    const entries = bytes == null ? null : tiles.parseBundle(bytes)
    yield { n, entries: entries === null || entries.length < width ? null : entries.slice(0, width) }
  }
}

/** Numbers without a gap and each entry bound to the one before it, producer by producer. */
const createChains = (found: Contradictions) => {
  const heads = new Map<string, { next: number; last: string }>()
  const none = { next: 0, last: base64url.encode(new Uint8Array(32)) }
  let workspace: string | null = null
  return {
    entry(seq: number, bytes: Uint8Array): void {
      const place = `entry ${seq}`
      const header = tryHeader(bytes)
      if (typeof header === 'string') {
        found.add(place, 'header', header)
        return
      }
      workspace ??= header.ws
      if (header.ws !== workspace)
        found.add(place, 'workspace', `it is of ${header.ws}, the log of ${workspace}`)
      const head = heads.get(header.producer) ?? none
      if (header.pseq !== head.next)
        found.add(place, 'gap', `${header.producer} goes from ${head.next - 1} to ${header.pseq}`)
      else if (header.prev !== head.last)
        found.add(place, 'chain', 'prev is not the entry before it of its producer')
      heads.set(header.producer, { next: header.pseq + 1, last: base64url.encode(merkle.leafHash(bytes)) })
    },
  }
}

const tryHeader = (bytes: Uint8Array): EntryHeader | string => {
  try {
    return parseHeader(bytes)
  } catch (error) {
    if (error instanceof EntryError) return error.message
    throw error
  }
}
