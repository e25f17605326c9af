import type { agentSorts } from '@watchbill/contract/agents'

/** One grid for head and rows. Phones: two lines (mark, name, age / what it does, tokens). */
export const gridClass =
  'grid items-center gap-x-3 px-4 sm:px-6 grid-cols-[1.5rem_minmax(0,1fr)_auto] ' +
  'sm:grid-cols-[1.25rem_6.5rem_minmax(5rem,1fr)_minmax(0,2fr)_3.5rem_3.5rem] ' +
  'min-[70rem]:grid-cols-[1.25rem_6.5rem_minmax(9rem,1.1fr)_minmax(12rem,2.4fr)_minmax(6rem,0.9fr)_8.5rem_5rem_4.5rem_4.5rem]'

export interface Column {
  readonly name: string
  readonly sort: (typeof agentSorts)[number] | null
  readonly className: string
}

const wide = 'hidden min-[70rem]:block'
const figure = 'text-right'

export const columns: readonly Column[] = [
  { name: '', sort: null, className: '' },
  { name: 'State', sort: 'attention', className: '' },
  { name: 'Agent', sort: 'name', className: '' },
  { name: 'Doing', sort: null, className: '' },
  { name: 'Machine', sort: 'machine', className: wide },
  { name: 'Sessions', sort: null, className: wide },
  { name: 'Tokens', sort: 'tokens', className: figure },
  { name: 'Cost', sort: 'cost', className: `${wide} ${figure}` },
  { name: 'Seen', sort: 'seen', className: figure },
]

/** Heights of a row, px: the virtual list and the style sheet must agree. */
export const heights = { agent: 32, session: 26, agentPhone: 52, sessionPhone: 48 } as const
