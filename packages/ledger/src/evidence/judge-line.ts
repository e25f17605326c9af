import { base64url } from '../base64url.ts'
import { tryHeader } from '../entry.ts'
import type { EntryHeader } from '../entry-header.ts'
import { leafHash } from '../merkle/hashes.ts'
import { judgeClaims } from './claims.ts'
import { type ExportedEntry, type ExportHead, parseExportLine } from './export-lines.ts'
import type { Contradiction } from './verdict.ts'

/** What a line of an export is by itself. What it is worth where it stands, `ExportCheck.take` says. */
export type JudgedLine =
  | { readonly kind: 'none' }
  | { readonly kind: 'head'; readonly head: ExportHead }
  | { readonly kind: 'gap'; readonly hashes: readonly Uint8Array[] }
  | { readonly kind: 'end'; readonly count: number }
  | JudgedEntryLine

export interface JudgedEntryLine {
  readonly kind: 'entry'
  readonly seq: number
  /** Of its header; null where it is pending, since nothing proves it yet. */
  readonly leaf: Uint8Array | null
  /** Null where its header is none. */
  readonly link: ProducerLink | null
  /** What it says against itself. */
  readonly found: readonly Contradiction[]
}

/** What of a header is compared with those of other lines. */
export interface ProducerLink {
  readonly ws: string
  readonly producer: string
  readonly pseq: number
  /** 32 bytes. */
  readonly prev: Uint8Array
}

/** One for all: a hostile file may have nothing else, and then has many. */
export const noLine: JudgedLine = { kind: 'none' }

/**
 * Everything about a line, without its LF, that does not depend on other lines: nearly all of the work of a check, so that it
 * can be done on several threads. Never throws.
 */
export const judgeExportLine = (text: string): JudgedLine => {
  const read = parseExportLine(text)
  if (read === null) return noLine
  if ('entry' in read) return judgeEntry(read.entry)
  if ('gap' in read) return { kind: 'gap', hashes: read.gap }
  if ('end' in read) return { kind: 'end', count: read.end.count }
  return { kind: 'head', head: read.head }
}

const encoder = new TextEncoder()

const judgeEntry = (row: ExportedEntry): JudgedEntryLine => {
  const header = tryHeader(row.header)
  return {
    kind: 'entry',
    seq: row.seq,
    leaf: row.pending === true ? null : leafHash(encoder.encode(row.header)),
    link: header === null ? null : linkOf(header),
    found: judgeClaims(row, header),
  }
}

const linkOf = ({ ws, producer, pseq, prev }: EntryHeader): ProducerLink => ({
  ws,
  producer,
  pseq,
  prev: base64url.decode(prev) ?? new Uint8Array(),
})
