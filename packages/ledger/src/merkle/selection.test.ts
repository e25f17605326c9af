import { hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 as portable } from '../sha256.ts'
import { createNaiveTree, naiveLeaf } from '../testing/naive-tree.ts'
import * as merkle from './index.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const seed = Number(process.env.SEED ?? Date.now() % 1_000_000)

/** mulberry32 */
const random = (() => {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * below)
  }
})()

beforeAll(() => {
  merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
  console.info(`merkle selection: SEED=${seed}`)
})
afterAll(() => merkle.useSha256(portable))

const naive = createNaiveTree()
const leafOf = (seq: number) => naiveLeaf(seq)
const text = (hashes: readonly Uint8Array[] | null) =>
  hashes === null ? 'none' : hashes.map((one) => Buffer.from(one).toString('hex')).join()
/** MTH of a complete subtree, by the naive tree. */
const hashOf = ({ level, index }: merkle.NodePlace) =>
  naive.root(index * 2 ** level, (index + 1) * 2 ** level)
const proofOf = (plan: merkle.ProofPlan) => merkle.foldProof(plan, hashOf)

/** Each leaf with the same chance, from hardly any to nearly all. */
const someOf = (size: number): number[] => {
  const chance = random(101)
  return Array.from({ length: size }, (_, seq) => seq).filter(() => random(100) < chance)
}

type Change = readonly [seqs: number[], leaves: Uint8Array[], size: number, proof: Uint8Array[]]

/** As a server streams it: the gap before each leaf, the leaf, and the last gap. */
const streamed = (
  seqs: readonly number[],
  leaves: readonly Uint8Array[],
  size: number,
  proof: Uint8Array[],
) => {
  const fold = merkle.createSelectionFold(size)
  const rest = [...proof]
  let at = 0
  let fits = true
  for (const [index, seq] of seqs.entries()) {
    const count = seq < at || seq >= size ? 0 : merkle.planGap(at, seq, size).length
    for (const one of rest.splice(0, count)) fits &&= fold.skip(one)
    fits = fold.entry(seq, leaves[index] ?? new Uint8Array()) && fits
    at = seq + 1
  }
  fold.skip(...rest)
  return fold.root()
}

describe('against a naive tree', { timeout: 600_000 }, () => {
  it('plan, verdict and stream agree on any selection of any tree', () => {
    for (let round = 0; round < (drills ? 6000 : 600); round += 1) {
      const size = 1 + random(round % 10 === 0 ? 400 : 40)
      const seqs = someOf(size)
      const plan = merkle.planSelection(seqs, size)
      const proof = proofOf(plan)
      if (text(proof) !== text(naive.selection(seqs, size))) expect.fail(`${seqs} of ${size}`)
      const gaps = [...seqs, size].flatMap((to, index) =>
        merkle.planGap((seqs[index - 1] ?? -1) + 1, to, size),
      )
      expect(gaps).toEqual(plan)
      const leaves = seqs.map(leafOf)
      const root = naive.root(0, size)
      if (!merkle.checkSelection(seqs, leaves, size, proof, root)) expect.fail(`${seqs} of ${size}`)
      expect(text([streamed(seqs, leaves, size, proof) ?? new Uint8Array()])).toBe(text([root]))
    }
  })

  it('is the range proof for what is contiguous', () => {
    for (let round = 0; round < (drills ? 5000 : 500); round += 1) {
      const size = 1 + random(300)
      const from = random(size)
      const seqs = Array.from({ length: 1 + random(size - from) }, (_, index) => from + index)
      const plan = merkle.planSelection(seqs, size)
      expect(plan).toEqual(merkle.planRange(from, from + seqs.length, size))
      const proof = proofOf(plan)
      const leaves = seqs.map(leafOf)
      const root = naive.root(0, size)
      for (const [shown, hashes] of [
        [leaves, proof],
        [leaves.slice(1), proof],
        [leaves, proof.slice(1)],
        [[...leaves, leafOf(0)], proof],
        [leaves.toReversed(), proof],
      ] as const) {
        const places = shown.map((_, index) => from + index)
        const range = merkle.checkRange(shown, from, size, hashes, root)
        // A range has leaves; none of a selection, proven by the root alone, is a selection.
        if (shown.length > 0) expect(merkle.checkSelection(places, shown, size, hashes, root)).toBe(range)
      }
    }
  })

  it('refuses whatever is changed, in one piece and streamed', () => {
    for (let round = 0; round < (drills ? 4000 : 400); round += 1) {
      const size = 2 + random(60)
      const seqs = someOf(size)
      const proof = proofOf(merkle.planSelection(seqs, size))
      const leaves = seqs.map(leafOf)
      const root = naive.root(0, size)
      const at = random(Math.max(1, seqs.length))
      const other = leafOf(1000 + round)
      const swap = <T>(list: readonly T[], index: number, one: T) =>
        list.map((old, i) => (i === index ? one : old))
      const changes: Change[] = [[seqs, leaves, size, [...proof, other]]]
      if (seqs.length > 0)
        changes.push(
          [seqs, swap(leaves, at, other), size, proof],
          [seqs.toSpliced(at, 1), leaves.toSpliced(at, 1), size, proof],
          [seqs.map((seq) => seq + 1), leaves, size, proof],
        )
      if (proof.length > 0)
        changes.push(
          [seqs, leaves, size, proof.slice(1)],
          [seqs, leaves, size, swap(proof, random(proof.length), other)],
        )
      for (const [index, [places, shown, of, hashes]] of changes.entries()) {
        if (merkle.checkSelection(places, shown, of, hashes, root))
          expect.fail(`${index}: ${seqs} of ${size}`)
        const made = streamed(places, shown, of, hashes)
        if (made !== null && merkle.sameHash(made, root))
          expect.fail(`${index}: ${seqs} of ${size}, streamed`)
      }
      // A neighbouring size may have a proof of the same shape: it is the checkpoint that binds size and root.
      const made = streamed(seqs, leaves, size + 1, proof)
      expect(made !== null && merkle.sameHash(made, root)).toBe(
        merkle.checkSelection(seqs, leaves, size + 1, proof, root),
      )
    }
  })
})

describe('large trees', () => {
  /** A tree in which every complete subtree of one level is alike, so that any place of any size can be computed. */
  const levels = [naiveLeaf(0)]
  for (let level = 1; level <= 53; level += 1) {
    const below = levels[level - 1] ?? expect.fail()
    levels.push(merkle.nodeHash(below, below))
  }
  const alike = ({ level }: merkle.NodePlace): Uint8Array => levels[level] ?? expect.fail()
  const leaf = levels[0] ?? expect.fail()
  const rootOf = (size: number) => {
    const [whole] = merkle.foldProof(merkle.planSelection([], size), alike)
    return whole ?? expect.fail()
  }

  it('beyond 2^32, and the largest of all', () => {
    for (const size of [2 ** 32 + 12_345, 2 ** 52 + 1, Number.MAX_SAFE_INTEGER])
      for (let round = 0; round < (drills ? 300 : 30); round += 1) {
        const places = Array.from({ length: 1 + random(20) }, () =>
          Math.floor((random(2 ** 32) / 2 ** 32) * size),
        )
        const seqs = [...new Set([...places, size - 1, 0])].sort((a, b) => a - b)
        const proof = merkle.foldProof(merkle.planSelection(seqs, size), alike)
        const leaves = seqs.map(() => leaf)
        expect(merkle.checkSelection(seqs, leaves, size, proof, rootOf(size))).toBe(true)
        expect(text([streamed(seqs, leaves, size, proof) ?? new Uint8Array()])).toBe(text([rootOf(size)]))
      }
  })

  it('5,000 of a million take well under 100 ms', () => {
    const size = 1_000_000
    const seqs = Array.from({ length: 5000 }, (_, index) => index * 200 + random(200))
    const started = performance.now()
    const plan = merkle.planSelection(seqs, size)
    const planned = performance.now()
    const proof = merkle.foldProof(plan, alike)
    const folded = performance.now()
    const holds = merkle.checkSelection(
      seqs,
      seqs.map(() => leaf),
      size,
      proof,
      rootOf(size),
    )
    const checked = performance.now()
    expect(holds).toBe(true)
    const ms = [planned - started, folded - planned, checked - folded].map((one) => one.toFixed(1))
    console.info(`5,000 of a million: ${proof.length} hashes; plan, fold, check in ${ms.join(', ')} ms`)
  })

  it('streams a million leaves at little more than the price of their hashes', () => {
    const size = drills ? 1_000_000 : 100_000
    const fold = merkle.createSelectionFold(size)
    const started = performance.now()
    for (let seq = 0; seq < size; seq += 1) fold.entry(seq, leaf)
    const root = fold.root()
    const took = performance.now() - started
    const again = performance.now()
    for (let seq = 0; seq < size; seq += 1) merkle.nodeHash(leaf, leaf)
    const bare = performance.now() - again
    expect(text([root ?? new Uint8Array()])).toBe(text([rootOf(size)]))
    console.info(`${size} leaves streamed in ${took.toFixed(0)} ms; their nodes alone ${bare.toFixed(0)} ms`)
  })
})

describe('what is out of range', () => {
  it.each([
    () => merkle.planSelection([1], 1),
    () => merkle.planSelection([-1], 1),
    () => merkle.planSelection([0.5], 1),
    () => merkle.planSelection([1, 1], 2),
    () => merkle.planSelection([1, 0], 2),
    () => merkle.planSelection([0], 2 ** 53),
    () => merkle.planSelection([Number.NaN], 2),
    () => merkle.planGap(1, 0, 2),
    () => merkle.planGap(-1, 0, 2),
    () => merkle.planGap(0, 3, 2),
    () => merkle.planGap(0.5, 1, 2),
    () => merkle.planGap(0, 0, -1),
  ])('%s throws RangeError', (work) => {
    expect(work).toThrow(RangeError)
  })

  it('a check of it is false, and never throws', () => {
    const leaf = leafOf(0)
    const root = naive.root(0, 1)
    const two = naive.root(0, 2)
    const hole = new Array<number>(1)
    const cases: [number[], Uint8Array[], number, Uint8Array[], Uint8Array][] = [
      [[0], [leaf], Number.NaN, [], root],
      [[0], [leaf], -1, [], root],
      [[], [], -1, [], root],
      [[0], [leaf], 2 ** 53, [], root],
      [[0], [], 1, [], root],
      [[1], [leaf], 1, [], root],
      [[-1], [leaf], 1, [], root],
      [[0.5], [leaf], 1, [], root],
      [hole, [leaf], 1, [], root],
      [[0], new Array<Uint8Array>(1), 1, [], root],
      [[0], [leaf.subarray(1)], 1, [], root],
      [[0], [leaf], 1, [], root.subarray(1)],
      [[0], [leaf], 2, [leafOf(1).subarray(1)], two],
      [[0, 0], [leaf, leaf], 2, [], two],
      [[1, 0], [leafOf(1), leaf], 2, [], two],
    ]
    for (const [seqs, leaves, size, proof, expected] of cases)
      expect(merkle.checkSelection(seqs, leaves, size, proof, expected)).toBe(false)
    expect(merkle.checkSelection([0], [leaf], 1, [], root)).toBe(true)
  })

  it('nothing of a tree is proven by its root, and the empty tree by nothing', () => {
    const empty = naive.root(0, 0)
    expect(merkle.checkSelection([], [], 0, [], empty)).toBe(true)
    expect(merkle.checkSelection([], [], 0, [empty], empty)).toBe(false)
    expect(text([merkle.createSelectionFold(0).root() ?? leafOf(0)])).toBe(text([empty]))
    expect(merkle.planSelection([], 0)).toEqual([])
    const root = naive.root(0, 5)
    expect(merkle.checkSelection([], [], 5, [root], root)).toBe(true)
    expect(merkle.checkSelection([], [], 5, [], root)).toBe(false)
  })

  it('a stream that did not fit once fits nevermore', () => {
    const leaf = leafOf(0)
    for (const spoil of [
      (fold: merkle.SelectionFold) => fold.entry(-1, leaf),
      (fold: merkle.SelectionFold) => fold.entry(1, leaf),
      (fold: merkle.SelectionFold) => fold.entry(0.5, leaf),
      (fold: merkle.SelectionFold) => fold.entry(Number.NaN, leaf),
      (fold: merkle.SelectionFold) => fold.entry(0, leaf.subarray(1)),
      (fold: merkle.SelectionFold) => fold.skip(leaf.subarray(1)),
      (fold: merkle.SelectionFold) => fold.skip(...new Array(107).fill(leaf)),
      (fold: merkle.SelectionFold) => fold.skip(leaf) && fold.entry(0, leaf),
    ]) {
      const fold = merkle.createSelectionFold(1)
      expect(spoil(fold)).toBe(false)
      expect([fold.entry(0, leaf), fold.skip(), fold.root()]).toEqual([false, false, null])
    }
    for (const size of [-1, 0.5, Number.NaN, 2 ** 53])
      expect(merkle.createSelectionFold(size).root()).toBeNull()
    expect(merkle.createSelectionFold(2).root()).toBeNull()
  })

  it('a stream may be asked for its root and go on', () => {
    const fold = merkle.createSelectionFold(2)
    fold.entry(0, leafOf(0))
    expect(fold.root()).toBeNull()
    fold.skip(leafOf(1))
    expect(text([fold.root() ?? leafOf(0)])).toBe(text([naive.root(0, 2)]))
    expect(text([fold.root() ?? leafOf(0)])).toBe(text([naive.root(0, 2)]))
    expect(fold.entry(1, leafOf(1))).toBe(false)
  })
})
