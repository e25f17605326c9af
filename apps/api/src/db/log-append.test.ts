import { merkle } from '@watchbill/ledger'
import { expect, it } from 'vitest'
import { describeBackends } from '../testing/backends.ts'
import type { LogEntry } from './write.ts'

/** Header and payload are bytes to the writer: these are as long, and as far from ASCII, as they please. */
const entryAt = (producerNo: number, pseq: number, payload: string | null): LogEntry => {
  const header = new TextEncoder().encode(`{"${producerNo}":${pseq},"é":"${'😀'.repeat(pseq)}"}`)
  const salt = new Uint8Array(32).fill(producerNo * 16 + pseq)
  const opened = payload === null ? null : { payload, salt }
  return { producerNo, pseq, header, leaf: merkle.leafHash(header), opened }
}

const long = JSON.stringify({ content: 'ß'.repeat(70_000) })

describeBackends('an append', (open) => {
  it('cuts every row out again as it was, whoever wrote it and whatever was withheld', async () => {
    const database = await open()
    const entries = [
      entryAt(1, 0, '{"a":"é"}'),
      entryAt(1, 1, null),
      entryAt(1, 2, long),
      entryAt(2, 0, '{}'),
      entryAt(1, 3, '{"b":"\\u0000"}'),
      // A step back and a gap: no run of one chain.
      entryAt(2, 7, null),
      entryAt(2, 1, '{"c":"😀"}'),
    ]
    expect(await database.record({ workspace: 'default', entries })).toEqual({ firstSeq: 0, size: 7 })
    const rows = await database.raw(
      `SELECT e.seq, e.producer_no, e.pseq, e.leaf, e.header, p.salt, p.payload, typeof(p.payload) AS type
        FROM entries e LEFT JOIN payloads p USING (workspace_id, seq) WHERE workspace_id = 'default' ORDER BY seq`,
    )
    expect(rows.map(readRow)).toEqual(
      entries.map(({ producerNo, pseq, leaf, header, opened }, seq) => ({
        ...{ seq, producerNo, pseq, leaf, header },
        ...{ salt: opened?.salt ?? null, payload: opened?.payload ?? null, type: opened ? 'text' : 'null' },
      })),
    )
    await database.cleanup()
  })

  it('takes no payload row for entries that withhold all of them', async () => {
    const database = await open()
    await database.record({ workspace: 'default', entries: [entryAt(1, 0, null), entryAt(1, 1, null)] })
    expect(await database.raw('SELECT count(*) AS n FROM payloads')).toEqual([{ n: 0 }])
    await database.cleanup()
  })
})

const readRow = ({ seq, producer_no, pseq, leaf, header, salt, payload, type }: Record<string, unknown>) => ({
  ...{ seq, producerNo: producer_no, pseq, leaf: bytesOf(leaf), header: bytesOf(header) },
  ...{ salt: bytesOf(salt), payload, type },
})

const bytesOf = (value: unknown): Uint8Array | null =>
  value instanceof ArrayBuffer ? new Uint8Array(value) : null
