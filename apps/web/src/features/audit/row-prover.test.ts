import { describe, expect, test } from 'vitest'
import { verdicts } from '../../lib/evidence/verdicts.ts'
import { SmallLog } from '../../testdata/small-log.ts'
import { type AuditPage, toPage } from './audit-rows.ts'
import { proveRows } from './row-prover.ts'

const pageOf = (
  log: SmallLog,
  sealed: number,
  change: (seq: number) => Partial<{ header: string; gone: boolean }> = () => ({}),
): AuditPage => {
  const entries = log.entries.flatMap((entry) => {
    const { header = entry.header, gone = false } = change(entry.seq)
    return gone ? [] : [{ ...entry, header }]
  })
  return toPage(
    {
      entries: entries.reverse(),
      size: log.entries.length,
      indexed: log.entries.length,
      checkpoint: { size: sealed },
      proof: null,
    },
    {},
  )
}

const serve = (log: SmallLog) => {
  const asked: string[] = []
  const range = async (from: number, to: number, size: number) => {
    asked.push(`${from}-${to}`)
    return log.range(from, to, size)
  }
  return { asked, doors: { verifier: verdicts, range } }
}

const marks = async (log: SmallLog, page: AuditPage, sealed: number) => {
  const { doors, asked } = serve(log)
  const proofs = await proveRows(doors, 'default', page, { size: sealed, root: log.root(sealed) })
  const row = [...proofs].sort(([a], [b]) => a - b).map(([, { mark }]) => mark)
  return { row, proofs, asked }
}

describe('rows', () => {
  test('below the checkpoint are proven with one request, those above are pending', async () => {
    const log = (await SmallLog.create()).grow(9)
    const { row, asked } = await marks(log, pageOf(log, 6), 6)
    expect(row).toEqual([...Array(6).fill('proven'), ...Array(3).fill('pending')])
    expect(asked).toEqual(['0-6'])
  })

  test('that came with their proof cost no request', async () => {
    const log = (await SmallLog.create()).grow(4)
    const proof = { from: 0, to: 4, size: 4, hashes: log.range(0, 4) }
    const { row, asked } = await marks(log, { ...pageOf(log, 4), proof }, 4)
    expect(row).toEqual(Array(4).fill('proven'))
    expect(asked).toEqual([])
  })

  test('with one wrong byte are found, and only they are contradicted', async () => {
    const log = (await SmallLog.create()).grow(40)
    const header = log.entries[23]?.header.replace('key.revoked', 'key.created') ?? ''
    const page = pageOf(log, 40, (seq) => (seq === 23 ? { header } : {}))
    const { row, proofs, asked } = await marks(log, page, 40)
    expect(row.flatMap((mark, seq) => (mark === 'proven' ? [] : [[seq, mark]]))).toEqual([
      [23, 'contradicted'],
    ])
    expect(proofs.get(23)?.contradictions).toMatchObject([{ place: 'entry 23', kind: 'entry' }])
    expect(asked.length).toBeLessThan(16)
  })

  test('that the server leaves out are contradicted, their neighbours proven', async () => {
    const log = (await SmallLog.create()).grow(8)
    const { row, proofs } = await marks(
      log,
      pageOf(log, 8, (seq) => ({ gone: seq === 0 || seq === 5 })),
      8,
    )
    expect(row.flatMap((mark, seq) => (mark === 'proven' ? [] : [seq]))).toEqual([0, 5])
    expect(proofs.get(5)?.contradictions).toMatchObject([{ kind: 'missing' }])
  })

  test('whose proof the server will not give are not called proven', async () => {
    const log = (await SmallLog.create()).grow(3)
    const doors = { verifier: verdicts, range: async () => null }
    const proofs = await proveRows(doors, 'default', pageOf(log, 3), { size: 3, root: log.root() })
    expect([...proofs.values()].map(({ mark }) => mark)).toEqual(Array(3).fill('unproven'))
  })

  test('all of a rewritten log are contradicted within a bounded number of requests', async () => {
    const log = (await SmallLog.create()).grow(100)
    const { doors, asked } = serve(log)
    const root = (await SmallLog.create()).grow(100).rewrite(50).root()
    const proofs = await proveRows(doors, 'default', pageOf(log, 100), { size: 100, root })
    expect([...proofs.values()].every(({ mark }) => mark === 'contradicted')).toBe(true)
    expect(asked.length).toBeLessThanOrEqual(65)
  })
})
