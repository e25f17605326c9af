import type { AuditEntry } from '@watchbill/contract/audit'
import type { Client } from '@watchbill/contract/client'
import type { Terminal } from '../cli/terminal.ts'
import { visibleJson } from '../export/visible.ts'
import { formatEntry, tryHeader } from './entry-line.ts'
import { createNames } from './names.ts'

/** Prints entries one line each: for people, or as JSON with everything that was answered. */
export const createPrinter = (
  client: Client,
  query: string,
  json: boolean,
  terminal: Terminal,
): ((entries: readonly AuditEntry[]) => Promise<void>) => {
  if (json)
    return async (entries) => {
      for (const entry of entries) terminal.out(visibleJson(JSON.stringify(entry)))
    }
  const names = createNames(client, query)
  return async (entries) => {
    const nameOf = await names(entries.flatMap(({ header }) => tryHeader(header)?.agent ?? []))
    for (const entry of entries) terminal.out(formatEntry(entry, nameOf))
  }
}
