import { numberFields, type QueryField, sorts, wordFields } from './ast.ts'
import { fields } from './fields.ts'
import { formatWord } from './format.ts'
import { placeAt } from './place.ts'

/** What could stand at a place: `insert` goes in, `label` and `summary` are shown. */
export interface Option {
  readonly insert: string
  readonly label: string
  readonly summary: string
}
export interface Completion {
  /** The part of the text an option takes the place of. */
  readonly from: number
  readonly to: number
  readonly options: readonly Option[]
}

const mostOptions = 20

const sugar: Readonly<Record<string, { summary: string; values: readonly string[] }>> = {
  after: { summary: 'From this time on', values: ['-1h', '-24h', '-7d'] },
  before: { summary: 'Earlier than this time', values: ['-1h', '-24h', '-7d'] },
  last: { summary: 'The time up to now', values: ['1h', '24h', '7d', '30d'] },
  sort: { summary: 'By place in the log, or by time', values: sorts },
}
const numbers: Readonly<Record<string, readonly string[]>> = {
  duration: ['>=1s', '>=10s', '>=1m'],
  time: ['-24h..', '-7d..'],
}

/** What can be typed at the caret; `known` are values of open fields, such as the names of agents. Never throws. */
export const completeQuery = (
  text: string,
  caret: number,
  known: Readonly<Partial<Record<QueryField, readonly string[]>>> = {},
): Completion => {
  const { from, to, typed, field, others } = placeAt(text, caret)
  if (typed === null) return { from, to, options: [] }
  const options = field === null ? names() : values(field, known)
  const open = options.filter(({ label }) => !others.includes(label.toLowerCase()))
  return { from, to, options: fitting(open, typed.toLowerCase()) }
}

/** Those that begin as typed before those that only hold it. */
const fitting = (options: readonly Option[], typed: string): readonly Option[] => {
  const places = options.map((option) => ({ option, at: option.label.toLowerCase().indexOf(typed) }))
  const found = places.filter(({ at }) => at >= 0).sort((a, b) => Number(a.at > 0) - Number(b.at > 0))
  return found.slice(0, mostOptions).map(({ option }) => option)
}

const names = (): readonly Option[] => {
  const own = Object.entries(fields).map(([name, { summary }]) => ({ name, summary }))
  const more = Object.entries(sugar).map(([name, { summary }]) => ({ name, summary }))
  return [...own, ...more].map(({ name, summary }) => ({ insert: `${name}:`, label: name, summary }))
}

const values = (
  name: string,
  known: Readonly<Partial<Record<QueryField, readonly string[]>>>,
): readonly Option[] => {
  const plain = (value: string): Option => ({ insert: value, label: value, summary: '' })
  if (Object.hasOwn(sugar, name)) return (sugar[name]?.values ?? []).map(plain)
  const number = numberFields.find((field) => field === name)
  if (number !== undefined) return (known[number] ?? numbers[number] ?? []).map(plain)
  const word = wordFields.find((field) => field === name)
  if (word === undefined) return []
  const all = known[word] ?? fields[word].values ?? []
  const none = { insert: 'none', label: 'none', summary: 'Entries without one' }
  return [...all.map((value) => ({ ...plain(value), insert: formatWord(value) })), none]
}
