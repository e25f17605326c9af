import { merkle, type NodePlace } from '@watchbill/ledger'
import type { ReadDb } from '../db/open.ts'
import { readNodes } from './nodes.ts'

/** What proves single leaves of a tree at once, and what the tiles say they are. */
export interface Selection {
  readonly leaves: Uint8Array[]
  /** `merkle.planSelection` */
  readonly hashes: Uint8Array[]
}

/**
 * Proves leaves `seqs`, ascending, in the log of `size`. Leaves come from the tiles, which an entry that was changed in its
 * row does not reach: so a reader learns which one it is.
 */
export const proveSelection = async (
  db: ReadDb,
  workspace: string,
  seqs: readonly number[],
  size: number,
): Promise<Selection> => {
  const plan = merkle.planSelection(seqs, size)
  const leaves = seqs.map((index) => ({ level: 0, index }))
  const hashOf = await readInParts(db, workspace, size, [...plan.flat(), ...leaves])
  return { leaves: leaves.map(hashOf), hashes: merkle.foldProof(plan, hashOf) }
}

/** Scattered leaves lie in a tile of 8 KiB each: read a few hundred at a time, and only their hashes kept. */
const partSize = 512

const readInParts = async (
  db: ReadDb,
  workspace: string,
  size: number,
  places: readonly NodePlace[],
): Promise<(place: NodePlace) => Uint8Array> => {
  const found = new Map<string, Uint8Array>()
  const ordered = [...places].sort(
    (left, right) => left.index * 2 ** left.level - right.index * 2 ** right.level,
  )
  for (let at = 0; at < ordered.length; at += partSize) {
    const part = ordered.slice(at, at + partSize)
    const hashOf = await readNodes(db, workspace, size, part)
    for (const place of part) found.set(nameOf(place), hashOf(place))
  }
  return (place) => {
    const hash = found.get(nameOf(place))
    if (hash === undefined) throw new RangeError(`node ${nameOf(place)} was not read`)
    return hash
  }
}

const nameOf = ({ level, index }: NodePlace) => `${level}/${index}`
