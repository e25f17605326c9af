import { describe, expect, test } from 'vitest'
import { toBase64 } from '../../lib/evidence/base64.ts'
import { verdicts } from '../../lib/evidence/verdicts.ts'
import { SmallLog } from '../../testdata/small-log.ts'
import { readHeader } from './entry-header.ts'
import { proveSelection } from './selection-prover.ts'

const serve = (log: SmallLog) => {
  const asked: (readonly number[])[] = []
  const proofs = async (seqs: readonly number[], size: number) => {
    asked.push(seqs)
    const leaves = seqs.map((seq) => toBase64(log.leaves[seq] ?? new Uint8Array()))
    return { leaves, hashes: log.selection(seqs, size) }
  }
  return { asked, doors: { verifier: verdicts, proofs } }
}

/** Rows in the order of a query: any. */
const rowsOf = (log: SmallLog, seqs: readonly number[], change: (header: string) => string = (one) => one) =>
  seqs.flatMap((seq) => {
    const held = log.entries[seq]
    if (held === undefined) return []
    const entry = { ...held, header: change(held.header) }
    return [{ seq, entry, header: readHeader(entry.header) }]
  })

describe('rows of a query', () => {
  test('are proven with one request whatever their order; those above the checkpoint are pending', async () => {
    const log = (await SmallLog.create()).grow(60)
    const { doors, asked } = serve(log)
    const rows = rowsOf(log, [57, 3, 41, 44, 12])
    const proofs = await proveSelection(doors, 'default', rows, { size: 43, root: log.root(43) })
    expect(asked).toEqual([[3, 12, 41]])
    expect(Object.fromEntries([...proofs].map(([seq, { mark }]) => [seq, mark]))).toEqual({
      3: 'proven',
      12: 'proven',
      41: 'proven',
      44: 'pending',
      57: 'pending',
    })
  })

  test('without a checkpoint cost no request', async () => {
    const log = (await SmallLog.create()).grow(4)
    const { doors, asked } = serve(log)
    const proofs = await proveSelection(doors, 'default', rowsOf(log, [2, 0]), null)
    expect([...proofs.values()].map(({ mark }) => mark)).toEqual(['pending', 'pending'])
    expect(asked).toEqual([])
  })

  test('with one wrong byte are found at once, and only they are contradicted', async () => {
    const log = (await SmallLog.create()).grow(80)
    const { doors, asked } = serve(log)
    const rows = [
      ...rowsOf(log, [70, 11, 5]),
      ...rowsOf(log, [33], (header) => header.replace('key.revoked', 'key.created')),
    ]
    const proofs = await proveSelection(doors, 'default', rows, { size: 80, root: log.root() })
    expect(proofs.get(33)).toMatchObject({ mark: 'contradicted', contradictions: [{ place: 'entry 33' }] })
    expect([70, 11, 5].map((seq) => proofs.get(seq)?.mark)).toEqual(['proven', 'proven', 'proven'])
    expect(asked).toHaveLength(1)
  })

  test('that nothing leads to the root are contradicted within a bounded number of requests', async () => {
    const log = (await SmallLog.create()).grow(200)
    const root = log.root()
    // Another leaf and everything above it made anew: what the server proves by is not the tree this browser knows.
    const { doors, asked } = serve(log.rewrite(1))
    const seqs = Array.from({ length: 90 }, (_, index) => 199 - index * 2)
    const proofs = await proveSelection(doors, 'default', rowsOf(log, seqs), { size: 200, root })
    expect([...proofs.values()].every(({ mark }) => mark === 'contradicted')).toBe(true)
    expect(asked.length).toBeLessThanOrEqual(65)
  })

  test('whose payload was changed are contradicted though their header holds', async () => {
    const log = (await SmallLog.create()).append('tool.called', { tool: 'Bash' }).grow(3)
    const { doors } = serve(log)
    const [row] = rowsOf(log, [0])
    const members = row?.entry.members?.map((one) => ('name' in one ? { ...one, value: 'Read' } : one)) ?? []
    const rows = row === undefined ? [] : [{ ...row, entry: { ...row.entry, members } }]
    const proofs = await proveSelection(doors, 'default', rows, { size: 4, root: log.root() })
    expect(proofs.get(0)).toMatchObject({ mark: 'contradicted', contradictions: [{ kind: 'payload' }] })
  })

  test('whose proof the server will not give are not called proven', async () => {
    const log = (await SmallLog.create()).grow(3)
    const doors = { verifier: verdicts, proofs: async () => null }
    const proofs = await proveSelection(doors, 'default', rowsOf(log, [1]), { size: 3, root: log.root() })
    expect(proofs.get(1)?.mark).toBe('unproven')
  })
})
