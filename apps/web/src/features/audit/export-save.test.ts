import { evidence } from '@watchbill/ledger'
import { expect, test } from 'vitest'
import { SmallLog } from '../../testdata/small-log.ts'
import { createEntryCounter } from './export-save.ts'

test('entries are counted wherever the bytes are cut, and other lines are not', async () => {
  const log = (await SmallLog.create()).grow(5)
  const head = { origin: log.origin, query: '', size: 5, count: 5, checkpoint: '', keys: [], createdAt: '' }
  const lines = [
    evidence.formatExportHead(head),
    ...log.entries.flatMap((entry) => [
      evidence.formatExportEntry({ ...entry, pending: false }),
      evidence.formatExportGap([new Uint8Array(32)]),
    ]),
    evidence.formatExportEnd(5),
  ]
  const bytes = new TextEncoder().encode(`${lines.join('\n')}\n`)
  for (const width of [1, 2, 3, 4, 5, 7, 64, bytes.length]) {
    const counter = createEntryCounter()
    for (let at = 0; at < bytes.length; at += width) counter.add(bytes.subarray(at, at + width))
    expect(counter.entries, `in pieces of ${width}`).toBe(5)
  }
})
