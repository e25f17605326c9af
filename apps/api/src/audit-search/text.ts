import type { TextTerm } from '@watchbill/contract/audit-query'
import { sql } from 'drizzle-orm'
import { storable } from '../audit-index/facts.ts'
import { rowidOf } from '../audit-index/store.ts'
import type { ReadDb } from '../db/open.ts'
import { textOf } from '../log/store.ts'
import type { Mask, TextMask } from './mask.ts'

/** What FTS5 is asked: always one quoted phrase, so that nothing in it is read as an operator. */
const phraseOf = ({ text, prefix }: TextTerm): string =>
  `"${storable(text).replaceAll('"', '""')}"${prefix ? '*' : ''}`

/** What a span of entries says. */
interface Texts {
  readonly any: (term: TextTerm) => boolean
  readonly mask: TextMask
}

/** Reads which entries in [from, below) hold each of these texts; the masks of runs inside follow from it. */
export const readTexts = async (
  db: ReadDb,
  no: number,
  terms: readonly TextTerm[],
  from: number,
  below: number,
): Promise<Texts> => {
  const found = new Map<string, Mask>()
  for (const phrase of new Set(terms.map(phraseOf)))
    found.set(phrase, await readPhrase(db, no, phrase, from, below))
  return {
    any: (term) => found.get(phraseOf(term))?.includes(1) === true,
    mask: (term, run) => {
      const mask = found.get(phraseOf(term))
      // A copy: masks are worked on where they lie.
      return mask?.slice(run.first - from, run.first - from + run.count) ?? new Uint8Array(run.count)
    },
  }
}

const readPhrase = async (
  db: ReadDb,
  no: number,
  phrase: string,
  from: number,
  below: number,
): Promise<Mask> => {
  const mask = new Uint8Array(below - from)
  const start = rowidOf(no, from)
  // One text for all of them: a row for each costs ten times as much.
  const [row] = await db.rows<{ places: ArrayBuffer }>(sql`
    SELECT CAST(json_group_array(rowid - ${start}) AS BLOB) AS places FROM audit_text
    WHERE audit_text MATCH ${phrase} AND rowid >= ${start} AND rowid < ${rowidOf(no, below)}`)
  const places: unknown = row === undefined ? [] : JSON.parse(textOf(row.places))
  if (!Array.isArray(places)) return mask
  for (const place of places) mask[Number(place)] = 1
  return mask
}
