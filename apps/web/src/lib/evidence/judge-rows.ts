import { commitment, type DisclosedMember, merkle, parseHeader } from '@watchbill/ledger'
import { fromBase64 } from './base64.ts'
import type { Contradiction } from './contradiction.ts'

/** What is checked of an entry: the bytes it is logged by, and the payload shown for it. */
export interface RowEvidence {
  readonly seq: number
  readonly header: string
  readonly members: readonly DisclosedMember[] | null
}

/** Rows without a gap, lowest first, against the root of a proven checkpoint. Hashes are standard base64. */
export interface RangeEvidence {
  readonly rows: readonly RowEvidence[]
  readonly size: number
  readonly root: string
  readonly hashes: readonly string[]
}

/** Whether exactly these headers stand at these places. */
export function judgeRange({ rows, size, root, hashes }: RangeEvidence): boolean {
  const [first] = rows
  if (first === undefined || rows.some((row, index) => row.seq !== first.seq + index)) return false
  const leaves = rows.map(({ header }) => merkle.leafHash(new TextEncoder().encode(header)))
  return merkle.checkRange(leaves, first.seq, size, hashes.map(fromBase64), fromBase64(root))
}

/** What is wrong with rows by themselves: unreadable headers, headers of another workspace, payloads not committed to. */
export function judgePayloads(workspace: string, rows: readonly RowEvidence[]): Contradiction[] {
  return rows.flatMap(({ seq, header: text, members }): Contradiction[] => {
    const place = `entry ${seq}`
    try {
      const header = parseHeader(new TextEncoder().encode(text))
      if (header.ws !== workspace)
        return [{ place, kind: 'entry', detail: `it was logged for the workspace ${header.ws}` }]
      if (members === null || commitment.checkDisclosure(header, members)) return []
      return [{ place, kind: 'payload', detail: 'the header commits to other bytes' }]
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'its header cannot be read'
      return [{ place, kind: 'entry', detail }]
    }
  })
}
