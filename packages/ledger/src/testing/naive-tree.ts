import { sha256 } from '../hash.ts'
import { leafHash, nodeHash } from '../merkle/hashes.ts'

/** RFC 6962 §2.1 word for word, over leaf hashes: slow, short, and shares nothing with the code it judges but SHA-256. */
export interface NaiveTree {
  /** MTH(D[from:to]) */
  root(from: number, to: number): Uint8Array
  inclusion(index: number, size: number): Uint8Array[]
  consistency(first: number, second: number): Uint8Array[]
  range(from: number, to: number, size: number): Uint8Array[]
  /** The maximal nodes without any of these leaves, left to right. */
  selection(seqs: readonly number[], size: number): Uint8Array[]
}

/** Leaf i of every naive tree: its index as text. */
export const naiveLeaf = (index: number): Uint8Array => leafHash(new TextEncoder().encode(String(index)))

export const createNaiveTree = (): NaiveTree => {
  const memory = new Map<string, Uint8Array>()
  const root = (from: number, to: number): Uint8Array => {
    if (from === to) return sha256(new Uint8Array())
    const key = `${from} ${to}`
    const known = memory.get(key)
    if (known) return known
    const k = split(to - from)
    const made = to - from === 1 ? naiveLeaf(from) : nodeHash(root(from, from + k), root(from + k, to))
    memory.set(key, made)
    return made
  }
  const path = (m: number, from: number, to: number): Uint8Array[] => {
    if (to - from === 1) return []
    const k = split(to - from)
    return m < k
      ? [...path(m, from, from + k), root(from + k, to)]
      : [...path(m - k, from + k, to), root(from, from + k)]
  }
  const subproof = (m: number, from: number, to: number, whole: boolean): Uint8Array[] => {
    if (m === to - from) return whole ? [] : [root(from, to)]
    const k = split(to - from)
    return m <= k
      ? [...subproof(m, from, from + k, whole), root(from + k, to)]
      : [...subproof(m - k, from + k, to, false), root(from, from + k)]
  }
  const around = (a: number, b: number, from: number, to: number): Uint8Array[] => {
    if (to <= a || from >= b) return [root(from, to)]
    if (from >= a && to <= b) return []
    const k = split(to - from)
    return [...around(a, b, from, from + k), ...around(a, b, from + k, to)]
  }
  const without = (seqs: readonly number[], from: number, to: number): Uint8Array[] => {
    if (!seqs.some((seq) => seq >= from && seq < to)) return [root(from, to)]
    if (to - from === 1) return []
    const k = split(to - from)
    return [...without(seqs, from, from + k), ...without(seqs, from + k, to)]
  }
  return {
    root,
    inclusion: (index, size) => path(index, 0, size),
    consistency: (first, second) => (first === 0 ? [] : subproof(first, 0, second, true)),
    range: (from, to, size) => around(from, to, 0, size),
    selection: (seqs, size) => without(seqs, 0, size),
  }
}

const split = (n: number): number => {
  let k = 1
  while (k * 2 < n) k *= 2
  return k
}
