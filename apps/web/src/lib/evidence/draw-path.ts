import { merkle } from '@watchbill/ledger'
import { fromBase64, toBase64 } from './base64.ts'

/** One step towards the root: the sibling, on which side it stands, and the hash of both. Standard base64. */
export interface PathStep {
  readonly side: 'left' | 'right'
  readonly sibling: string
  readonly hash: string
}

export interface DrawnPath {
  readonly leaf: string
  readonly steps: readonly PathStep[]
  /** Whether the path ends at the root it was asked about. */
  readonly holds: boolean
}

export interface PathEvidence {
  readonly header: string
  readonly seq: number
  readonly size: number
  readonly root: string
  readonly path: readonly string[]
}

/** RFC 9162 §2.1.3.2, with every hash on the way for the reader to see; `holds` is the kernel's own verdict. */
export function drawPath({ header, seq, size, root, path }: PathEvidence): DrawnPath {
  const leaf = merkle.leafHash(new TextEncoder().encode(header))
  const siblings = path.map(fromBase64)
  const holds = merkle.checkInclusion(leaf, seq, size, siblings, fromBase64(root))
  const steps: PathStep[] = []
  let [index, last, hash] = [seq, size - 1, leaf]
  for (const sibling of siblings) {
    const left = index % 2 === 1 || index === last
    hash = left ? merkle.nodeHash(sibling, hash) : merkle.nodeHash(hash, sibling)
    steps.push({ side: left ? 'left' : 'right', sibling: toBase64(sibling), hash: toBase64(hash) })
    while (left && index % 2 === 0 && index !== 0) [index, last] = [half(index), half(last)]
    ;[index, last] = [half(index), half(last)]
  }
  return { leaf: toBase64(leaf), steps, holds }
}

const half = (value: number): number => Math.floor(value / 2)
