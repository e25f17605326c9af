import type { EntryFacts, WordField } from '@watchbill/contract/audit-query'
import { tryHeader } from '@watchbill/ledger'
import type { EntryRow } from '../audit/entries-store.ts'
import { textOf } from '../log/store.ts'

type StoredRow = Pick<EntryRow, 'header' | 'payload' | 'erasedBy' | 'producerNo' | 'owner'>

/** Members whose value is a field of the query language, by the field's name. */
const wordMembers: Readonly<Partial<Record<WordField, string>>> = {
  tool: 'tool',
  session: 'session',
  outcome: 'outcome',
  by: 'by',
  actor: 'actor',
  model: 'model',
  cause: 'cause',
  share: 'share',
}

/**
 * Members that free text looks in. Never those of level `content`: who looks for words in them would learn what they say
 * without an entry that says so (SECURITY "Reading content and exporting are entries").
 */
const textMembers = [
  'tool',
  'request',
  'model',
  'mode',
  'from',
  'to',
  'kind',
  'entrypoint',
  'version',
  'reason',
  'name',
  'url',
  'origin',
] as const

/** Longer values are cut: an index that repeats whole pages is none. */
const longestValue = 400

/** What can be asked of an entry as it is stored. Never throws: what was tampered with has no facts. */
export const factsOf = (row: StoredRow): EntryFacts => {
  const header = tryHeader(textOf(row.header))
  const payload = row.erasedBy === null ? payloadOf(row.payload) : null
  const words: Partial<Record<WordField, string | null>> = {
    action: header?.type ?? null,
    decision: header?.decision ?? null,
    agent: header?.agent ?? null,
    producer: header?.producer ?? null,
    policy: header?.policy ?? null,
    machine: row.producerNo === 0 ? 'control-plane' : row.owner,
    payload: row.erasedBy !== null ? 'erased' : row.payload === null ? 'withheld' : 'shown',
    imported: typeof payload?.imported === 'boolean' ? String(payload.imported) : null,
  }
  for (const [field, member] of wordEntries) words[field] = stringOf(payload?.[member])
  const { durationMs } = payload ?? {}
  return {
    words,
    numbers: { time: header?.ts ?? null, duration: typeof durationMs === 'number' ? durationMs : null },
    text: payload === null ? '' : textOfPayload(payload),
  }
}

/** Object.entries forgets the key type; the table is ours and closed. */
const wordEntries = Object.entries(wordMembers) as [WordField, string][]

/** The same for every reader of a payload: an erased one is taken out of the index by the very words that were put in. */
const textOfPayload = (payload: Readonly<Record<string, unknown>>): string =>
  textMembers.flatMap((name) => stringOf(payload[name]) ?? []).join('\n')

const stringOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' ? storable(value.slice(0, longestValue)) : null

/** Without what the database would not give back as it was (db/bind.ts); a cut may have halved a surrogate pair. */
export const storable = (text: string): string => text.replace(/[\0\ud800-\udfff]/gu, '\ufffd')

const payloadOf = (bytes: ArrayBuffer | null): Readonly<Record<string, unknown>> | null => {
  if (bytes === null) return null
  try {
    const value: unknown = JSON.parse(textOf(bytes))
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
