import type { EntryFacts } from '@watchbill/contract/audit-query'
import type { EntryHeader } from '@watchbill/ledger/share'

/** What anybody with the header and its place can ask of an entry (a range share's filter). */
export const headerFacts = (seq: number, header: EntryHeader | null): EntryFacts => ({
  words: {
    action: header?.type ?? null,
    decision: header?.decision ?? null,
    agent: header?.agent ?? null,
    producer: header?.producer ?? null,
    policy: header?.policy ?? null,
  },
  numbers: { seq, time: header?.ts ?? null },
  text: '',
})
