import { commitment, merkle } from '@watchbill/ledger'
import type { Connection } from '../db/connection.ts'
import { createEntryMaker, samplePayload } from './bench-entries.ts'
import { type Bench, type BenchRow, cpuMicros, goalRow, median } from './bench-row.ts'

/** What one core verifies: entries in memory, and the commitments of one payload. */
export const benchVerify = async ({ quick, say }: Bench): Promise<BenchRow[]> => {
  say('verifying entries in memory')
  const rounds = quick ? 3 : 9
  return [reverifyRow(quick ? 10_000 : 100_000, rounds), commitmentRow(quick ? 2000 : 20_000, rounds)]
}

/** Every leaf hashed again, every link of the chain compared, every node up to the root. */
const reverifyRow = (count: number, rounds: number): BenchRow => {
  const next = createEntryMaker('default')
  const headers = Array.from({ length: count }, () => Buffer.from(next().header))
  const rates: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage()
    const pass = createPass()
    for (const header of headers) pass.take(header)
    pass.root()
    rates.push((count * 1e6) / cpuMicros(before))
  }
  const detail = `${count} headers of ${headers[1]?.length} bytes in memory: leaf hash, chain and tree`
  return goalRow('re-verify, in memory', median(rates), 'entries/core-s', ['>=', 500_000], detail)
}

/** The same over what the database holds, by processor time, the reading included. */
export const reverifyStored = (connection: Connection, workspace: string, root: Uint8Array): BenchRow => {
  const pass = createPass()
  const before = process.cpuUsage()
  let count = 0
  for (let page = 0; page === 0 || count === page * pageSize; page += 1) {
    const { rows } = connection.run({
      sql: `SELECT header FROM entries WHERE workspace_id = ?1 AND seq >= ?2 AND seq < ?2 + ${pageSize} ORDER BY seq`,
      args: [workspace, BigInt(count)],
    })
    for (const { header } of rows) {
      if (!(header instanceof ArrayBuffer)) throw new Error('a header is bytes')
      pass.take(Buffer.from(header))
    }
    count += rows.length
  }
  if (!merkle.sameHash(pass.root(), root)) throw new Error('the log does not come to its root')
  const value = (count * 1e6) / cpuMicros(before)
  return {
    ...goalRow(
      're-verify, stored',
      value,
      'entries/core-s',
      ['>=', 0],
      `${count} headers out of the tables up to the root`,
    ),
    goal: null,
    pass: null,
  }
}

const pageSize = 1000

/** One producer's log. Throws Error for a header that does not follow upon the one before. */
const createPass = () => {
  let frontier = merkle.emptyFrontier
  let link = ''
  // Asking a small array for its buffer moves it out of the heap, which costs as much as hashing it: hence a copy.
  const copy = Buffer.alloc(32)
  return {
    take(header: Buffer): void {
      // A canonical header has one such member, and no string in it holds a quote.
      const follows = link === '' || header.toString('latin1').includes(`"prev":"${link}"`)
      if (!follows) throw new Error('the chain is broken')
      const leaf = merkle.leafHash(header)
      frontier = merkle.appendLeaf(frontier, leaf)
      copy.set(leaf)
      link = copy.toString('base64url')
    },
    root: () => merkle.rootOf(frontier),
  }
}

const commitmentRow = (count: number, rounds: number): BenchRow => {
  const [payload, salt] = [samplePayload(1), new Uint8Array(32).fill(7)]
  const micros: number[] = []
  for (let round = 0; round < rounds; round += 1) {
    const before = process.cpuUsage()
    for (let n = 0; n < count; n += 1) commitment.commitPayload(payload, salt)
    micros.push(cpuMicros(before) / count)
  }
  const detail = `payload of ${Object.keys(payload).length} members, processor time`
  return goalRow('per-member commitments', median(micros), 'µs', ['<=', 10], detail)
}
