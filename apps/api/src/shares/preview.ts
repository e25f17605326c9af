import { matchEntry } from '@watchbill/contract/audit-query'
import type { ShareScope } from '@watchbill/contract/shares'
import { tryHeader } from '@watchbill/ledger/share'
import { type EntryRow, readEntriesAt } from '../audit/entries-store.ts'
import { isContent, membersOf } from '../audit/entry-view.ts'
import type { Deps } from '../deps.ts'
import { textOf } from '../log/store.ts'
import { headerFacts } from './document/header-facts.ts'
import { type Scope, settleScope } from './scope.ts'

export interface Preview {
  readonly count: number
  readonly size: number
  readonly members: { name: string; count: number; content: boolean }[]
  readonly header: string[]
  readonly withheld: number
  readonly erased: number
}

const rowsAtOnce = 250

/** What a link of this scope would show. Reads what members are called, never what they say. Throws as `settleScope` does. */
export const previewShare = async (
  deps: Deps,
  workspace: string,
  asked: ShareScope,
  now: number,
): Promise<Preview> => {
  const scope = await settleScope(deps, workspace, asked, now)
  const tally = createTally(scope)
  const { places } = scope
  for (let at = 0; at < places.length; at += rowsAtOnce) {
    const rows = await readEntriesAt(deps.dbFor(workspace), workspace, places.slice(at, at + rowsAtOnce))
    for (const row of rows) tally.add(row)
  }
  return { count: places.length, size: scope.frozen.size, ...tally.read() }
}

const createTally = ({ asked }: Scope) => {
  const members = new Map<string, { name: string; count: number; content: boolean }>()
  const header = new Set<string>()
  let [withheld, erased] = [0, 0]
  return {
    add(row: EntryRow): void {
      const read = tryHeader(textOf(row.header))
      for (const name of Object.keys(read ?? {})) header.add(name)
      // Of the entries in between only headers are told.
      if (asked !== null && !matchEntry(asked, headerFacts(row.seq, read))) return
      if (row.erasedBy !== null) erased += 1
      else if (row.payload === null) withheld += 1
      for (const { name } of membersOf(row) ?? []) {
        const known = members.get(name) ?? { name, count: 0, content: isContent(name) }
        members.set(name, { ...known, count: known.count + 1 })
      }
    },
    read: () => ({
      members: [...members.values()].sort((left, right) => (left.name < right.name ? -1 : 1)),
      header: [...header],
      withheld,
      erased,
    }),
  }
}
