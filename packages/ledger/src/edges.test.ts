import { createHash, hash } from 'node:crypto'
import { afterAll, describe, expect, it } from 'vitest'
import { base64url, commitment, evidence, merkle, notes, tiles } from './index.ts'
import { sha256 as portable } from './sha256.ts'

const sha256 = (...parts: readonly (Uint8Array | string)[]): Buffer => {
  const made = createHash('sha256')
  for (const part of parts) made.update(part)
  return made.digest()
}
const byte = (value: number) => Uint8Array.of(value)

afterAll(() => merkle.useSha256(portable))

describe.each(['portable', 'binary'] as const)(
  'inputs longer than what is kept for them, %s hash',
  (form) => {
    it('leaf and commitment are those of a plain hash', () => {
      merkle.useSha256(form === 'portable' ? portable : (bytes) => hash('sha256', bytes, form))
      for (const length of [0, 4094, 4095, 4096, 4097, 65_535]) {
        const bytes = new Uint8Array(length).fill(0x61)
        expect(base64url.encode(merkle.leafHash(bytes))).toBe(sha256(byte(0), bytes).toString('base64url'))
      }
      const salt = new Uint8Array(32).fill(9)
      for (const value of ['a'.repeat(600), 'a'.repeat(700), 'é😀"\\'.repeat(300), 'a'.repeat(20_000)]) {
        const key = sha256(byte(0x10), salt, byte(0))
        const member = sha256(byte(0x11), key, `["n",${JSON.stringify(value)}]`)
        const commit = sha256(byte(0x12), byte(1), member).toString('base64url')
        const made = commitment.commitPayload({ n: value }, salt)
        expect(made.commit).toBe(commit)
        expect(made.members).toEqual([
          { name: 'n', value, key: key.toString('base64url'), hash: member.toString('base64url') },
        ])
      }
    })
  },
)

describe('payloads that run code of their own', () => {
  it('a getter that commits meanwhile changes nothing', () => {
    const salt = new Uint8Array(32).fill(1)
    const payload = {
      a: 1,
      get b() {
        commitment.commitPayload({ x: 'y' }, new Uint8Array(32))
        return 2
      },
    }
    expect(commitment.commitPayload(payload, salt).commit).toBe(
      commitment.commitPayload({ a: 1, b: 2 }, salt).commit,
    )
  })
})

describe('what a caller gets wrong', () => {
  it.each<[string, () => unknown]>([
    ['slots past a tile', () => tiles.foldSlots(new Uint8Array(32), { from: 1, count: 1 })],
    ['no slots', () => tiles.foldSlots(new Uint8Array(32), { from: 0, count: 0 })],
    ['an entry too long for a bundle', () => tiles.formatBundle([new Uint8Array(65_536)])],
    ['a public key of 31 bytes', () => notes.formatVerifierKey('a', new Uint8Array(31), 'ed25519')],
  ])('%s is a RangeError', (_, work) => {
    expect(work).toThrow(RangeError)
  })
})

describe('evidence that cannot be read', () => {
  it('gets a verdict, with the parts the reader asked about', async () => {
    const verdict = await evidence.verifyEntry('junk', { keys: [], pins: ['x'], witnesses: [] })
    expect(verdict).toMatchObject({
      consistent: 'no',
      signed: { by: null, pinned: 'no' },
      freshAs: null,
      contradictions: [{ place: 'file', kind: 'unreadable' }],
    })
  })

  it('a tlog-proof of another application has no entry in it', () => {
    const plain = { extra: null, index: 0, hashes: [], checkpoint: 'x' }
    expect(evidence.parseTlogProof(evidence.formatTlogProof(plain))).toEqual(plain)
    expect(evidence.parseEntryFile(evidence.formatTlogProof(plain))).toBeNull()
  })
})
