/** The list's columns by the room there is (a container query, for the panel takes room too). A phone draws two lines. */
export const rowGrid =
  'sm:grid sm:grid-cols-[7.5rem_3rem_minmax(0,1fr)] sm:items-center sm:gap-x-4 ' +
  '@lg:sm:grid-cols-[7.5rem_3rem_minmax(0,1fr)_4rem] ' +
  '@2xl:sm:grid-cols-[8rem_3rem_minmax(0,11rem)_minmax(0,1fr)_4rem] ' +
  '@5xl:sm:grid-cols-[8rem_11.25rem_minmax(0,13rem)_minmax(0,1fr)_4rem_4.5rem] ' +
  // Paper is evidence: the whole time and the place in the log, whatever the width.
  'print:grid! print:gap-x-2 print:grid-cols-[7.5rem_11.25rem_minmax(0,1fr)_3.5rem_4rem]!'

export const column = {
  proof: 'hidden sm:block',
  clock: 'hidden sm:block @5xl:sm:hidden print:hidden!',
  time: 'hidden @5xl:sm:block print:block!',
  agent: 'hidden truncate @2xl:sm:block print:hidden!',
  what: 'hidden truncate sm:block print:whitespace-normal',
  decision: 'hidden @lg:sm:block print:block!',
  seq: 'hidden text-right @5xl:sm:block print:block!',
} as const

/** Heights in px; they must equal `h-8` and `h-14` of the rows. */
export const rowPx = { wide: 32, narrow: 56 } as const
