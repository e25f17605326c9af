import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatToken, hashToken, newSecret, parseToken, sameHash } from './token.ts'

const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 10_000 : 500
const kinds = ['key', 'mch', 'enr'] as const

test('a token reads back as what it was made from', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z][a-z0-9-]{0,39}$/),
      fc.constantFrom(...kinds),
      fc.uint8Array({ minLength: 32, maxLength: 32 }),
      (workspace, kind, bytes) => {
        const token = formatToken(
          workspace,
          kind,
          newSecret(() => bytes),
        )
        expect(parseToken(token)).toEqual({ workspace, kind })
        expect(Buffer.from(token.slice(-43), 'base64url')).toEqual(Buffer.from(bytes))
      },
    ),
    { numRuns },
  )
})

test('a token changed in one place is no token, or another one', async () => {
  const token = formatToken(
    'default',
    'key',
    newSecret(() => new Uint8Array(32).fill(7)),
  )
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.string({ minLength: 0, maxLength: 2 }),
      async (at, text) => {
        const changed = token.slice(0, at) + text + token.slice(at + 1)
        fc.pre(changed !== token)
        expect(await hashToken(changed)).not.toBe(await hashToken(token))
      },
    ),
    { numRuns },
  )
})

test.each([
  '',
  'wb_',
  `wb__key_${'a'.repeat(43)}`,
  `WB_x_key_${'a'.repeat(43)}`,
  `wb_x_key_${'a'.repeat(42)}`,
])('%j is no token', (text) => {
  expect(parseToken(text)).toBe(null)
  expect(parseToken(`${text}\n`)).toBe(null)
})

test('a hash is SHA-256 in hex and compares by its whole', async () => {
  const hash = await hashToken('wb')
  expect(hash).toBe(createHash('sha256').update('wb').digest('hex'))
  expect(sameHash(hash, hash)).toBe(true)
  expect(sameHash(hash, `${hash.slice(0, -1)}x`)).toBe(false)
  expect(sameHash(hash, hash.slice(0, -1))).toBe(false)
  expect(sameHash(hash, hash + hash)).toBe(false)
  expect(sameHash(hash, '')).toBe(false)
  expect(sameHash('', '')).toBe(true)
})
