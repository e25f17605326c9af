import { createHash, randomBytes } from 'node:crypto'
import { sha256 as noble } from '@noble/hashes/sha2.js'
import { expect, it } from 'vitest'
import { sha256 } from './sha256.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

it("is Node's SHA-256 and that of @noble/hashes for every length it has a buffer for, and beyond", () => {
  const bytes = new Uint8Array(randomBytes(5000))
  for (let length = 0; length < bytes.length; length += length < 300 || length > 3960 ? 1 : 61) {
    // Bytes of an input before must not show in a later one.
    const input = bytes.subarray(length % 7, length)
    const wanted = createHash('sha256').update(input).digest('hex')
    if (hex(sha256(input)) !== wanted || hex(noble(input)) !== wanted) expect.fail(`${length} bytes`)
  }
})

it('gives bytes of their own', () => {
  const first = sha256(new Uint8Array(1))
  const before = hex(first)
  expect(hex(sha256(new Uint8Array(2)))).not.toBe(before)
  expect(hex(first)).toBe(before)
})
