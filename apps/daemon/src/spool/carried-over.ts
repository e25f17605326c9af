import { randomUUID } from 'node:crypto'
import { parseHeader } from '@watchbill/ledger'
import { type ChainHead, type Draft, emptyChain, isSeal, type NumberedEntry } from '../ledger/chain.ts'
import type { EntryReader } from './entry-reader.ts'
import type { EntryRecord } from './entry-records.ts'
import type { EntryState } from './entry-state.ts'
import type { Numbering } from './numbering.ts'

const batchCount = 500
const batchBytes = 1024 * 1024

/** The records of a new chain that holds every entry the old one still has, in their order; its seals are made anew. */
export async function* carriedOver(
  state: EntryState,
  from: number,
  reader: EntryReader,
  numbering: Numbering,
): AsyncGenerator<EntryRecord> {
  let head: ChainHead = emptyChain(`prd_${randomUUID()}`)
  let sealed = 0
  yield* state.toBeginOf(head)
  for (let at = from; at < state.head.next; ) {
    const entries = await reader.read({
      from: at,
      until: state.head.next,
      count: batchCount,
      bytes: batchBytes,
    })
    if (entries.length === 0) throw new Error(`entry ${at} is not where it should be`)
    at += entries.length
    const drafts = entries.filter((entry) => !isSeal(entry)).map(draftOf)
    const numbered = numbering.number(head, sealed, drafts)
    head = numbered.head
    sealed = numbered.sealed
    // Their facts were told once already, and are on disk apart from here.
    yield { read: { told: null, entries: [...numbered.entries], facts: [] } }
  }
}

/** What an entry says, without its place. */
const draftOf = ({ header, payload }: NumberedEntry): Draft => {
  const { type, v, ts, agent, decision } = parseHeader(new TextEncoder().encode(header))
  return { fact: null, type, v, atMs: ts, agent, decision: decision ?? null, payload }
}
