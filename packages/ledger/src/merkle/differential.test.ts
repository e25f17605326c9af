import { hash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sha256 as portable } from '../sha256.ts'
import { createNaiveTree, naiveLeaf } from '../testing/naive-tree.ts'
import { slotsOf, widthAt } from '../tiles/index.ts'
import * as merkle from './index.ts'

const drills = process.env.WATCHBILL_DRILLS === '1'
const maxSize = 1100
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

/** All numbers below `count` in drills; else the edges and a few in between. */
const sampled = (count: number): number[] =>
  drills
    ? Array.from({ length: count }, (_, index) => index)
    : [...new Set([0, 1, count >> 1, count - 1, random(count), random(count)])].filter((one) => one < count)

beforeAll(() => {
  merkle.useSha256((bytes) => hash('sha256', bytes, 'binary'))
  console.info(`merkle differential: SEED=${seed}`)
})
afterAll(() => merkle.useSha256(portable))

describe('against a naive tree, every size up to 1100', { timeout: 600_000 }, () => {
  const naive = createNaiveTree()
  const nodes = new Map<string, Uint8Array>()
  const hashOf = ({ level, index }: merkle.NodePlace): Uint8Array =>
    nodes.get(`${level} ${index}`) ?? expect.fail(`no node ${level} ${index}`)
  const leaves = Array.from({ length: maxSize }, (_, index) => naiveLeaf(index))
  const frontiers = [merkle.emptyFrontier]
  for (const leaf of leaves) {
    const last = frontiers.at(-1) ?? merkle.emptyFrontier
    frontiers.push(
      merkle.appendLeaf(last, leaf, (level, index, node) => nodes.set(`${level} ${index}`, node)),
    )
  }
  const rootAt = (size: number) => merkle.rootOf(frontiers[size] ?? expect.fail())
  const text = (hashes: readonly Uint8Array[]) => hashes.map((one) => Buffer.from(one).toString('hex')).join()

  it('frontier and root', () => {
    for (const [size, frontier] of frontiers.entries()) {
      expect(text([rootAt(size)])).toBe(text([naive.root(0, size)]))
      const stored = merkle.parseFrontier(size, merkle.formatFrontier(frontier))
      expect(text(stored?.roots ?? [])).toBe(text(frontier.roots))
    }
  })

  it('inclusion', () => {
    for (let size = 1; size <= maxSize; size += 1) {
      for (const index of sampled(size)) {
        const proof = merkle.foldProof(merkle.planInclusion(index, size), hashOf)
        if (text(proof) !== text(naive.inclusion(index, size))) expect.fail(`inclusion ${index} of ${size}`)
        const leaf = leaves[index] ?? expect.fail()
        if (!merkle.checkInclusion(leaf, index, size, proof, rootAt(size))) expect.fail(`${index} of ${size}`)
        if (merkle.checkInclusion(leaf, (index + 1) % size, size, proof, rootAt(size)) && size > 1)
          expect.fail(`${index} of ${size} at another place`)
      }
    }
  })

  it('consistency', () => {
    for (let second = 0; second <= maxSize; second += 1) {
      for (const first of sampled(second + 1)) {
        const proof = merkle.foldProof(merkle.planConsistency(first, second), hashOf)
        if (text(proof) !== text(naive.consistency(first, second))) expect.fail(`${first} to ${second}`)
        const [before, after] = [rootAt(first), rootAt(second)]
        if (!merkle.checkConsistency(first, second, proof, before, after))
          expect.fail(`${first} to ${second}`)
        if (first !== second && merkle.checkConsistency(first, second, proof, after, after))
          expect.fail(`${first} to ${second} from another root`)
      }
    }
  })

  it('range', () => {
    for (let size = 1; size <= maxSize; size += 1) {
      for (const from of sampled(size)) {
        for (const length of new Set([1, random(size - from) + 1, size - from])) {
          const to = from + length
          const proof = merkle.foldProof(merkle.planRange(from, to, size), hashOf)
          if (text(proof) !== text(naive.range(from, to, size))) expect.fail(`${from} to ${to} of ${size}`)
          // Checking hashes all of the range: of every seventeenth size only.
          if (size % 17 !== 1) continue
          const shown = leaves.slice(from, to)
          if (!merkle.checkRange(shown, from, size, proof, rootAt(size)))
            expect.fail(`${from} to ${to} of ${size}`)
          if (merkle.checkRange(shown.slice(1), from, size, proof, rootAt(size)))
            expect.fail('one was left out')
        }
      }
    }
  })
})

describe('beyond 2^32', () => {
  /** A tree in which every complete subtree of one level is alike, so that any place of any size can be computed. */
  const levels = [naiveLeaf(0)]
  for (let level = 1; level <= 53; level += 1) {
    const below = levels[level - 1] ?? expect.fail()
    levels.push(merkle.nodeHash(below, below))
  }
  const hashOf = ({ level }: merkle.NodePlace): Uint8Array => levels[level] ?? expect.fail()
  const rootOf = (size: number): Uint8Array => {
    const roots: Uint8Array[] = []
    for (let level = 53, rest = size; level >= 0; level -= 1)
      if (rest >= 2 ** level) {
        rest -= 2 ** level
        roots.push(levels[level] ?? expect.fail())
      }
    return merkle.rootOf({ roots })
  }
  const leaf = levels[0] ?? expect.fail()
  const big = () => 2 ** 32 + random(2 ** 20) * (1 + random(2 ** 32))

  it('plans and verifiers agree on random places', () => {
    for (let round = 0; round < (drills ? 5000 : 100); round += 1) {
      const size = big()
      const index = Math.floor((random(2 ** 32) / 2 ** 32) * size)
      const proof = merkle.foldProof(merkle.planInclusion(index, size), hashOf)
      expect(merkle.checkInclusion(leaf, index, size, proof, rootOf(size))).toBe(true)
      expect(merkle.checkInclusion(leaf, index, size, proof.slice(1), rootOf(size))).toBe(false)
      const grown = merkle.foldProof(merkle.planConsistency(index, size), hashOf)
      expect(merkle.checkConsistency(index, size, grown, rootOf(index), rootOf(size))).toBe(true)
      const length = Math.min(size - index, 1 + random(20))
      const around = merkle.foldProof(merkle.planRange(index, index + length, size), hashOf)
      expect(merkle.checkRange(new Array(length).fill(leaf), index, size, around, rootOf(size))).toBe(true)
      for (const places of merkle.planInclusion(index, size))
        for (const place of places) {
          const { level, n, from, count } = slotsOf(place)
          // A whole tile's root stands as one slot of the tile above, which is there as soon as this one is full.
          expect(from + count).toBeLessThanOrEqual(widthAt(level, n, size))
        }
    }
  })

  it('the largest size of all', () => {
    const size = Number.MAX_SAFE_INTEGER
    for (const index of [0, 2 ** 52, size - 1]) {
      const proof = merkle.foldProof(merkle.planInclusion(index, size), hashOf)
      expect(merkle.checkInclusion(leaf, index, size, proof, rootOf(size))).toBe(true)
    }
  })
})

describe('what is out of range', () => {
  it.each([
    () => merkle.planInclusion(1, 1),
    () => merkle.planInclusion(-1, 1),
    () => merkle.planInclusion(0.5, 1),
    () => merkle.planInclusion(0, 2 ** 53),
    () => merkle.planConsistency(2, 1),
    () => merkle.planConsistency(-1, 1),
    () => merkle.planRange(1, 1, 1),
    () => merkle.planRange(0, 2, 1),
    () => merkle.appendLeaf({ size: 1, roots: [] }, naiveLeaf(0)),
  ])('%s throws RangeError', (work) => {
    expect(work).toThrow(RangeError)
  })

  it('a frontier of another size is none', () => {
    expect(merkle.parseFrontier(1, new Uint8Array(64))).toBeNull()
    expect(merkle.parseFrontier(-1, new Uint8Array())).toBeNull()
    expect(merkle.parseFrontier(2 ** 53, new Uint8Array(32))).toBeNull()
  })
})
