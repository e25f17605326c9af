import { parseAsInteger, parseAsString } from 'nuqs/server'

/** What the URL of the audit page holds; the server and the browser read it with the same parsers. */
export const auditParsers = {
  /** The query as it was written (`parseQuery`); without one the page is the log itself, by place. */
  q: parseAsString,
  /** The entry in the side panel, by its place in the log; without a query the list opens around it. */
  seq: parseAsInteger,
  /** The row the keyboard is on. */
  at: parseAsInteger,
}

/** An empty query asks for the log itself. */
export const queryOf = (q: string | null): string | null => (q === null || q.trim() === '' ? null : q)
