import { parseAsInteger } from 'nuqs/server'

/** What the URL of the audit page holds; the server and the browser read it with the same parsers. */
export const auditParsers = {
  /** The entry in the side panel, by its place in the log; the list opens around it. */
  seq: parseAsInteger,
  /** The row the keyboard is on. */
  at: parseAsInteger,
}
