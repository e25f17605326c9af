import { randomBytes, randomUUID } from 'node:crypto'
import { canonicalize, commitment, formatHeader, merkle } from '@watchbill/ledger'
import type { LogEntry } from '../db/write.ts'

/** A tool call at level `request`, as most of a real log is. */
export const samplePayload = (seq: number) => ({
  call: `toolu_01${String(seq).padStart(22, 'A')}`,
  imported: false,
  outcome: 'ok',
  request: 'git push origin main',
  session: 'ses_01a1f848-b543-7e91-9e5e-989cb75f9d5f',
  tool: 'Bash',
})

/** One entry after the other of one producer, each committed to, written in canonical form and hashed as it is asked for. */
export const createEntryMaker = (workspace: string): (() => LogEntry) => {
  const producer = `prd_${randomUUID()}`
  const agent = `agt_${randomUUID()}`
  let pseq = 0
  let prev = 'A'.repeat(43)
  return () => {
    const salt = randomBytes(32)
    const payload = samplePayload(pseq)
    const header = formatHeader({
      v: 1,
      ws: workspace,
      id: `evt_${randomUUID()}`,
      ts: 1_795_176_000_000 + pseq,
      producer,
      pseq,
      prev,
      type: 'tool.finished',
      agent,
      commit: commitment.commitPayload(payload, salt).commit,
    })
    const leaf = merkle.leafHash(header)
    const opened = { payload: new TextDecoder().decode(canonicalize(payload)), salt }
    const entry = { producerNo: 1, pseq, header, leaf, opened }
    prev = Buffer.from(leaf).toString('base64url')
    pseq += 1
    return entry
  }
}

/**
 * Entries that arrived ready made, a thousand of them over and over, each at a place of its own. `checked`: with what a
 * server computes before it believes one, the leaf hash of its header and that it commits to the payload.
 */
export const createEntryPool = (workspace: string, { checked }: { checked: boolean }): (() => LogEntry) => {
  const make = createEntryMaker(workspace)
  const pool = Array.from({ length: 1000 }, (_, seq) => {
    const entry = make()
    return { entry, payload: samplePayload(seq), commit: commitOf(entry.header) }
  })
  const producerNo = checked ? 1 : 2
  let count = 0
  return () => {
    const one = pool[count % pool.length]
    if (one?.entry.opened == null) throw new Error('the pool is empty')
    count += 1
    if (!checked) return { ...one.entry, producerNo, pseq: count }
    if (!commitment.checkPayload(one, one.payload, one.entry.opened.salt)) throw new Error('not committed to')
    return { ...one.entry, producerNo, pseq: count, leaf: merkle.leafHash(one.entry.header) }
  }
}

const commitOf = (header: Uint8Array): string =>
  /"commit":"([^"]+)"/.exec(Buffer.from(header).toString('latin1'))?.[1] ?? ''
