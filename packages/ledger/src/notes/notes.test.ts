import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { evidence, merkle, notes } from '../index.ts'

const seed = new Uint8Array(32).fill(5)
const numRuns = process.env.WATCHBILL_DRILLS === '1' ? 1000 : 60
const root = merkle.rootOf(merkle.emptyFrontier)
const text = notes.formatCheckpoint({ origin: 'a.example', size: 0, root })
const signer = await notes.createSigner('a.example', seed, 'ed25519')
const witness = await notes.createSigner('w.example', seed, 'cosignature')

describe('notes', () => {
  it('what is signed verifies, in any company, and parses back', async () => {
    const note = await notes.signNote(text, [signer])
    const line = await notes.cosignLine(text, witness, 1_700_000_000)
    const whole = notes.addSignatures(note, [line, `${line}\n`])
    expect(notes.parseNote(whole)?.signatures.map((one) => one.line)).toHaveLength(2)
    expect(notes.addSignatures(whole, [line])).toBe(whole)
    const { verified, refused } = await notes.verifyNote(whole, [signer.key, witness.key, signer.key])
    expect(refused).toBeNull()
    expect(verified.map(({ timeSeconds }) => timeSeconds)).toEqual([null, 1_700_000_000])
  })

  it('any text without control characters can be signed, and only as it is', async () => {
    const line = fc.string({ unit: 'grapheme' }).map((one) => one.replace(/[\p{Cc}\p{Surrogate}]/gu, ''))
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 5 }), async (lines) => {
        const body = `${lines.join('\n')}\n`
        const note = await notes.signNote(body, [signer])
        expect((await notes.verifyNote(note, [signer.key])).verified).toHaveLength(1)
        expect((await notes.verifyNote(`x${note}`, [signer.key])).refused).toBe('signature')
      }),
      { numRuns, verbose: 1 },
    )
  })

  it.each<[string, () => unknown]>([
    [
      'a checkpoint with two lines as its origin',
      () => notes.formatCheckpoint({ origin: 'a\nb', size: 0, root }),
    ],
    ['a checkpoint with an unsafe size', () => notes.formatCheckpoint({ origin: 'a', size: 2 ** 53, root })],
    [
      'a checkpoint with a short root',
      () => notes.formatCheckpoint({ origin: 'a', size: 1, root: root.slice(1) }),
    ],
    ['a text without a last line feed', () => notes.signNote('a', [signer])],
    ['no signer', () => notes.signNote(text, [])],
    ['a witness as signer', () => notes.signNote(text, [witness])],
    ['a signer as witness', () => notes.cosignLine(text, signer, 0)],
    ['half a second', () => notes.cosignLine(text, witness, 0.5)],
    ['a short seed', () => notes.createSigner('a', seed.slice(1), 'ed25519')],
    ['a name with a space', () => notes.createSigner('a b', seed, 'ed25519')],
    [
      'the identity as a key',
      () => notes.formatVerifierKey('a', Uint8Array.of(1, ...new Uint8Array(31)), 'ed25519'),
    ],
    ['a line that is no signature', () => notes.addSignatures(`${text}\n`, ['junk'])],
    [
      'a proof without a checkpoint',
      () => evidence.formatTlogProof({ index: 0, hashes: [], checkpoint: '' }),
    ],
    ['an index below zero', () => evidence.formatTlogProof({ index: -1, hashes: [], checkpoint: 'x' })],
  ])('%s is refused with a RangeError', async (_, work) => {
    await expect(async () => work()).rejects.toThrow(RangeError)
  })
})
