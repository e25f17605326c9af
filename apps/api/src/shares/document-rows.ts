import type { evidence } from '@watchbill/ledger'
import { pause } from '../pause.ts'
import { readCanonical } from './document/canonical-query.ts'
import { entryRow } from './document/entry-row.ts'
import { formatHtml } from './document/html.ts'
import { gapWords, listClass, runsOf } from './document/rows.ts'
import { h } from './document/vnode.ts'

const unchecked = { kind: 'unchecked', details: [] } as const
const rowsAtOnce = 200

/** The list as it reads before anything was checked, and where no script runs. */
export const rowsHtml = async ({ entries, range, query }: evidence.Disclosure): Promise<string> => {
  const heads = ['Proof', 'Place', 'Time (UTC)', 'What happened', 'Agent', 'Decision']
  const pieces = [
    formatHtml(h('h2', null, entries.length === 1 ? 'The entry' : `The ${entries.length} entries`)),
    formatHtml(
      h('div', { class: 'cols', 'aria-hidden': 'true' }, ...heads.map((head) => h('span', null, head))),
    ),
    `<ol id="rows" class="${listClass(entries.length)}">`,
  ]
  let made = 0
  for (const run of runsOf(entries, range === null ? null : readCanonical(query))) {
    if (!run.asked) pieces.push(gapStart(run.entries.length))
    for (const entry of run.entries) {
      pieces.push(formatHtml(entryRow(entry, unchecked)))
      made += 1
      if (made % rowsAtOnce === 0) await pause(0)
    }
    if (!run.asked) pieces.push('</ol></details></li>')
  }
  return [...pieces, '</ol>'].join('\n')
}

const gapStart = (count: number): string =>
  `<li class="gap"><details>${formatHtml(h('summary', null, gapWords(count)))}<ol>`
