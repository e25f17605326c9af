import { type JsonValue, parseJson } from '@watchbill/ledger'
import type { ReadEntry } from './chain-pass.ts'
import type { Findings } from './findings.ts'
import type { EpochRow, HeadRows, KeyRow } from './rows.ts'

/** Holds the tables of keys and epochs against the entries that must say the same. */
export const createEventPass = (
  head: HeadRows,
  epochs: readonly EpochRow[],
  keys: readonly KeyRow[],
  findings: Findings,
) => {
  const keyAt = new Map(keys.flatMap((key) => (key.addedSeq === null ? [] : [[key.addedSeq, key] as const])))
  // Each is written together with its entry, so both come in one order; `size` says only what is known to remain.
  const begun = epochs.filter(({ epoch }) => epoch > 0).sort((left, right) => left.epoch - right.epoch)
  const unnamed = new Set(keyAt.keys())
  return {
    entry({ row, header }: ReadEntry): void {
      const place = `entry ${row.seq}`
      const said = row.opened === null ? null : valuesOf(row.opened.payload)
      // Of an imported log the control plane that wrote them is a producer like any other.
      if (header.type === 'key.added') {
        unnamed.delete(row.seq)
        const key = keyAt.get(row.seq)
        if (key === undefined) findings.add('key.row', place, 'it adds a key; no row of log_keys is about it')
        else if (said !== null && !said.includes(key.vkey))
          findings.add('key.entry', place, 'it adds another key than log_keys says')
      }
      if (header.type === 'log.continued') {
        const epoch = begun.shift()
        if (epoch === undefined || epoch.size > row.seq)
          findings.add('epoch.row', place, 'it begins an epoch; log_epochs has no such row')
        else if (said !== null && !(said.includes(epoch.oldOrigin) && said.includes(epoch.oldSize)))
          findings.add('epoch.entry', place, 'it tells of another restore than log_epochs')
      }
    },
    end(): void {
      for (const seq of unnamed)
        findings.add('key.entry', `entry ${seq}`, 'log_keys names it, and it adds no key')
      for (const { epoch } of begun)
        findings.add('epoch.entry', `epoch ${epoch}`, 'log_epochs has it, and no entry continues the log')
      const newest = Math.max(0, ...epochs.map(({ epoch }) => epoch))
      if (newest > head.epoch)
        findings.add(
          'epoch.head',
          `epoch ${newest}`,
          `the head stands at ${head.epoch}: \`watchbill log continue\` was cut short`,
        )
      for (let epoch = 1; epoch <= head.epoch; epoch += 1)
        if (!epochs.some((one) => one.epoch === epoch))
          findings.add(
            'epoch.missing',
            `epoch ${epoch}`,
            'the log was continued, and log_epochs does not say from where',
          )
    },
  }
}

const valuesOf = (bytes: Uint8Array): JsonValue[] | null => {
  try {
    const value = parseJson(bytes)
    return typeof value === 'object' && value !== null ? Object.values(value) : null
  } catch {
    return null
  }
}
