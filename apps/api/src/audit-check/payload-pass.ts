import { commitment, type JsonValue, parseJson } from '@watchbill/ledger'
import type { ReadEntry } from './chain-pass.ts'
import type { Findings } from './findings.ts'
import type { LogRows } from './rows.ts'

const erased = 'payload.erased'

/** Opens every commitment that can be opened, and holds erasures against the entries that claim them. */
export const createPayloadPass = (rows: LogRows, findings: Findings) => {
  /** Erased places by the entry that should say so. */
  const owed = new Map<number, Set<number>>()
  return {
    async entry({ row, header }: ReadEntry): Promise<void> {
      const place = `entry ${row.seq}`
      const { opened, erasedBy } = row
      if (erasedBy !== null) {
        if (opened !== null)
          findings.add('erasure.undone', place, `erased by entry ${erasedBy}, and here again`)
        owed.set(erasedBy, (owed.get(erasedBy) ?? new Set()).add(row.seq))
      } else if (opened === null && row.producerNo === 0) {
        findings.add('payload.missing', place, 'the control plane withholds nothing, and nobody erased it')
      }
      const payload = opened === null ? null : readPayload(opened.payload)
      if (opened !== null && (payload === null || !commitment.checkPayload(header, payload, opened.salt)))
        findings.add('payload.commitment', place, 'the header commits to another payload')
      if (header.type !== erased) return
      const named = payload === null ? null : namedBy(payload)
      requireErased(findings, row.seq, named, owed.get(row.seq) ?? new Set())
      owed.delete(row.seq)
      for (const seq of named === null ? [] : await rows.opened(named))
        findings.add('erasure.undone', `entry ${seq}`, `erased by entry ${row.seq}, and here again`)
    },
    async end(size: number): Promise<void> {
      for (const [by, seqs] of owed) {
        // Between the head and this page a running server may have erased more.
        if (by >= size) continue
        findings.add('erasure.entry', `entry ${Math.min(...seqs)}`, `entry ${by} erased nothing`)
      }
      for (const table of ['payloads', 'erasures'] as const)
        for (const seq of await rows.strayRows(table))
          findings.add(
            `${table}.stray`,
            `entry ${seq}`,
            `${table} holds a row for an entry that is not there`,
          )
    },
  }
}

/** Both ways: what the entry names was erased, and what was erased is named. `named` is null where its payload is gone. */
const requireErased = (
  findings: Findings,
  by: number,
  named: readonly number[] | null,
  recorded: ReadonlySet<number>,
): void => {
  if (named === null) return
  const names = new Set(named)
  for (const seq of recorded)
    if (!names.has(seq)) findings.add('erasure.entry', `entry ${seq}`, `entry ${by} does not name it`)
  for (const seq of names)
    if (!recorded.has(seq))
      findings.add('erasure.row', `entry ${seq}`, `entry ${by} erased it; no row says so`)
}

/** `seqs` of a `payload.erased` payload: numbers, or their list as text. */
const namedBy = (payload: Readonly<Record<string, JsonValue>>): number[] | null => {
  const { seqs } = payload
  const list = typeof seqs === 'string' ? seqs.split(/[ ,]+/).filter((word) => word !== '') : seqs
  if (!Array.isArray(list)) return null
  const numbers = list.map(Number)
  return numbers.every((seq) => Number.isSafeInteger(seq) && seq >= 0) ? numbers : null
}

const readPayload = (bytes: Uint8Array): { [key: string]: JsonValue } | null => {
  try {
    const value = parseJson(bytes)
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : null
  } catch {
    return null
  }
}
