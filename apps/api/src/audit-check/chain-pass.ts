import { base64url, type EntryHeader } from '@watchbill/ledger'
import type { Findings } from './findings.ts'
import type { EntryRow, HeadRows } from './rows.ts'

interface Chain {
  readonly id: string
  next: number
  last: Uint8Array
}

/** What was read of one entry; `leaf` is computed, never the stored one. */
export interface ReadEntry {
  readonly row: EntryRow
  readonly header: EntryHeader
  readonly leaf: Uint8Array
}

const controlPlane = 0
const noHash = new Uint8Array(32)

/** Follows every producer's chain: numbers without a gap, each entry bound to the one before, heads where chains end. */
export const createChainPass = (head: HeadRows, findings: Findings) => {
  const chains = new Map<number, Chain>([
    [controlPlane, { id: head.ownProducer, next: 0, last: noHash }],
    ...head.producers.map(({ no, id }): [number, Chain] => [no, { id, next: 0, last: noHash }]),
  ])
  return {
    entry({ row, header, leaf }: ReadEntry): void {
      const place = `entry ${row.seq}`
      const chain = chains.get(row.producerNo)
      if (chain === undefined) {
        findings.add('producer.missing', place, `no producer has the number ${row.producerNo}`)
        return
      }
      if (header.producer !== chain.id)
        findings.add('entry.producer', place, `the header is of ${header.producer}, the row of ${chain.id}`)
      if (header.pseq !== row.pseq)
        findings.add('entry.pseq', place, `the header says pseq ${header.pseq}, the row ${row.pseq}`)
      if (header.pseq !== chain.next)
        findings.add('chain.pseq', place, `${chain.id} goes from ${chain.next - 1} to ${header.pseq}`)
      if (header.prev !== base64url.encode(chain.last))
        findings.add('chain.prev', place, `prev is not the leaf of the entry before it of ${chain.id}`)
      chain.next = header.pseq + 1
      chain.last = leaf
    },
    end(): void {
      for (const { no, id, nextPseq, lastLeaf, sealedPseq } of head.producers) {
        const chain = chains.get(no)
        if (chain === undefined) continue
        requireEnd(findings, chain, { next: nextPseq, last: lastLeaf })
        if (sealedPseq !== null && sealedPseq > chain.next)
          findings.add('producer.sealed', `producer ${id}`, `sealed to ${sealedPseq}, ends at ${chain.next}`)
      }
      const own = chains.get(controlPlane)
      if (own) requireEnd(findings, own, { next: head.ownPseq, last: head.ownPrev })
    },
  }
}

const requireEnd = (findings: Findings, chain: Chain, stored: { next: number; last: Uint8Array }): void => {
  const place = `producer ${chain.id}`
  if (stored.next !== chain.next)
    findings.add('producer.head', place, `its entries end before ${chain.next}, its head says ${stored.next}`)
  else if (Buffer.compare(stored.last, chain.last) !== 0)
    findings.add('producer.leaf', place, `its head does not hold the leaf of its last entry`)
}
