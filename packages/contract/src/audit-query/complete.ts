import { numberFields, type QueryField, sorts, wordFields } from './ast.ts'
import { fields } from './fields.ts'
import { formatWord } from './format.ts'
import { placeAt } from './place.ts'

/** What could stand at a place: `insert` goes in, `label` and `summary` are shown. */
export interface QueryOption {
  readonly insert: string
  readonly label: string
  readonly summary: string
}
export interface Completion {
  /** The part of the text an option takes the place of. */
  readonly from: number
  readonly to: number
  readonly options: readonly QueryOption[]
}
type Known = Readonly<Partial<Record<QueryField, readonly string[]>>>

const mostOptions = 20

/** What is no field of an entry, and what one would most likely type behind a number. */
const sugar: Readonly<Record<string, string>> = {
  after: 'From this time on',
  before: 'Earlier than this time',
  last: 'The time up to now',
  sort: 'By place in the log, or by time',
}
const usual: Readonly<Record<string, readonly string[]>> = {
  after: ['-1h', '-24h', '-7d'],
  before: ['-1h', '-24h', '-7d'],
  last: ['1h', '24h', '7d', '30d'],
  sort: sorts,
  time: ['-24h..', '-7d..'],
  duration: ['>=1s', '>=10s', '>=1m'],
}

/** What can be typed at the caret; `known` are values of open fields, such as the names of agents. Never throws. */
export const completeQuery = (text: string, caret: number, known: Known = {}): Completion => {
  const { from, to, typed, field, others } = placeAt(text, caret)
  if (typed === null) return { from, to, options: [] }
  const all = field === null ? names() : values(field, known)
  const begun = typed.toLowerCase()
  const fitting = all
    .map((option) => ({ option, label: option.label.toLowerCase() }))
    .filter(({ label }) => label.includes(begun) && !others.includes(label))
  // What begins as typed stands before what only holds it.
  const [first, second] = [true, false].map((begins) =>
    fitting.filter(({ label }) => label.startsWith(begun) === begins),
  )
  const options = [...(first ?? []), ...(second ?? [])].slice(0, mostOptions).map(({ option }) => option)
  return { from, to, options }
}

const names = (): readonly QueryOption[] => {
  const own = Object.entries(fields).map(([name, { summary }]) => [name, summary] as const)
  return [...own, ...Object.entries(sugar)].map(([name, summary]) => ({
    insert: `${name}:`,
    label: name,
    summary,
  }))
}

const values = (name: string, known: Known): readonly QueryOption[] => {
  const option = (label: string, insert = label, summary = '') => ({ insert, label, summary })
  const word = wordFields.find((field) => field === name)
  const number = numberFields.find((field) => field === name)
  if (word !== undefined)
    return [
      ...(known[word] ?? fields[word].values ?? []).map((value) => option(value, formatWord(value))),
      option('none', 'none', 'Entries without one'),
    ]
  const said = number === undefined ? undefined : known[number]
  return (said ?? (Object.hasOwn(usual, name) ? usual[name] : undefined) ?? []).map((value) => option(value))
}
