import { describe, expect, test } from 'vitest'
import { SmallLog } from '../../testdata/small-log.ts'
import { toBase64 } from './base64.ts'
import { judgeSelection, type SelectionEvidence } from './judge-selection.ts'

const evidenceOf = (log: SmallLog, seqs: readonly number[], size = log.leaves.length): SelectionEvidence => ({
  rows: seqs.flatMap((seq) => log.entries[seq] ?? []),
  size,
  root: log.root(size),
  leaves: seqs.map((seq) => toBase64(log.leaves[seq] ?? new Uint8Array())),
  hashes: log.selection(seqs, size),
})

const altered = (evidence: SelectionEvidence, seq: number): SelectionEvidence => ({
  ...evidence,
  rows: evidence.rows.map((row) =>
    row.seq === seq ? { ...row, header: row.header.replace('key.revoked', 'key.created') } : row,
  ),
})

describe('a selection', () => {
  test('of any places holds, in the tree it was asked for', async () => {
    const log = (await SmallLog.create()).grow(23)
    for (const seqs of [[0], [22], [3, 4, 19], [0, 1, 2, 3], [], [5, 21]]) {
      expect(judgeSelection(evidenceOf(log, seqs))).toEqual({ kind: 'holds' })
    }
    expect(judgeSelection(evidenceOf(log, [2, 9], 12))).toEqual({ kind: 'holds' })
    expect(judgeSelection({ ...evidenceOf(log, [2, 9], 12), root: log.root() })).toEqual({ kind: 'astray' })
  })

  test('names the row that was changed, and no other', async () => {
    const log = (await SmallLog.create()).grow(40)
    expect(judgeSelection(altered(evidenceOf(log, [3, 17, 18, 39]), 17))).toEqual({
      kind: 'changed',
      seqs: [17],
    })
  })

  test('whose leaves agree with the changed row does not lead to the root', async () => {
    const log = (await SmallLog.create()).grow(40)
    const changed = altered(evidenceOf(log, [3, 17]), 17)
    const forged = (await SmallLog.create()).grow(40)
    const leaves = [changed.leaves[0] ?? '', toBase64(forged.rewrite(17).leaves[17] ?? new Uint8Array())]
    expect(judgeSelection({ ...changed, leaves })).toEqual({ kind: 'astray' })
  })

  test('that makes no sense is no proof', async () => {
    const log = (await SmallLog.create()).grow(9)
    const evidence = evidenceOf(log, [1, 4])
    expect(judgeSelection({ ...evidence, rows: [...evidence.rows].reverse() })).toEqual({ kind: 'astray' })
    expect(judgeSelection({ ...evidence, hashes: evidence.hashes.slice(1) })).toEqual({ kind: 'astray' })
    expect(judgeSelection({ ...altered(evidence, 1), leaves: [] })).toEqual({ kind: 'astray' })
    expect(judgeSelection({ ...altered(evidence, 1), leaves: ['!', '!'] })).toEqual({ kind: 'astray' })
  })
})
