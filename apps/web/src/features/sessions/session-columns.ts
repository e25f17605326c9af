/**
 * The list's columns by the room there is (a container query, for the peek takes room too). A phone draws two lines.
 * Hidden columns stay hidden for everyone: the peek shows all facts.
 */
export const rowGrid =
  'sm:grid sm:grid-cols-[9.5rem_minmax(0,1fr)_4.5rem] sm:items-center sm:gap-x-4 ' +
  '@xl:sm:grid-cols-[9.5rem_minmax(0,1fr)_minmax(0,1fr)_5rem_4.5rem] ' +
  '@4xl:sm:grid-cols-[9.5rem_minmax(0,1.1fr)_minmax(0,1fr)_minmax(0,13rem)_5rem_4.5rem_4.5rem] ' +
  '@6xl:sm:grid-cols-[9.5rem_minmax(0,1.1fr)_minmax(0,1fr)_minmax(0,13rem)_minmax(0,10rem)_5rem_4.5rem_3.5rem_4.5rem]'

export const column = {
  state: 'hidden sm:block',
  project: 'hidden truncate sm:block',
  doing: 'hidden truncate @xl:sm:block',
  agent: 'hidden truncate @4xl:sm:block',
  model: 'hidden truncate @6xl:sm:block',
  tokens: 'hidden text-right @xl:sm:block',
  cost: 'hidden text-right @4xl:sm:block',
  turns: 'hidden text-right @6xl:sm:block',
  active: 'hidden text-right sm:block',
} as const

/** Heights in px; they must equal `h-8` and `h-14` of the rows. */
export const rowPx = { wide: 32, narrow: 56 } as const
