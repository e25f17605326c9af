import { parseArgs } from 'node:util'
import { Failure } from './failure.ts'

const known = {
  json: { type: 'boolean' },
  foreground: { type: 'boolean' },
  all: { type: 'boolean' },
  live: { type: 'boolean' },
  follow: { type: 'boolean', short: 'f' },
  print: { type: 'boolean' },
  user: { type: 'boolean' },
  api: { type: 'string' },
  name: { type: 'string' },
  data: { type: 'string' },
  to: { type: 'string' },
  lines: { type: 'string', short: 'n' },
  port: { type: 'string' },
  bind: { type: 'string' },
  folder: { type: 'string' },
  key: { type: 'string' },
  policy: { type: 'string' },
  limit: { type: 'string' },
  csv: { type: 'boolean' },
  count: { type: 'boolean' },
  verify: { type: 'boolean' },
  'key-file': { type: 'string' },
} as const

type Known = typeof known
type Text<K extends keyof Known> = Known[K]['type'] extends 'string' ? string | null : boolean
export type Options = { readonly [K in keyof Known]: Text<K> } & {
  /** The one word that is no option; null when none was given. */
  readonly operand: string | null
}

/** Options of a command of ours; only those it names are accepted, and an operand only where one is named. Throws Failure. */
export const parseOptions = (
  command: string,
  args: readonly string[],
  allowed: readonly (keyof Known)[],
  operand: string | null = null,
): Options => {
  const options = Object.fromEntries(allowed.map((name) => [name, known[name]]))
  try {
    const parsed = parseArgs({
      args: [...args],
      options,
      strict: true,
      allowPositionals: operand !== null,
    })
    const [word, more] = parsed.positionals
    if (more !== undefined) throw new Error(`one word too many: ${more.slice(0, 60)}`)
    return optionsOf(new Map(Object.entries(parsed.values)), word ?? null)
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    const mend = `use: watchbill ${command} ${usage(allowed, operand)}`.trim()
    throw new Failure(`${command}: the arguments were not understood`, why, mend, 2)
  }
}

const optionsOf = (values: ReadonlyMap<string, unknown>, operand: string | null): Options => {
  const text = (name: keyof Known): string | null => {
    const value = values.get(name)
    return typeof value === 'string' ? value : null
  }
  const flag = (name: keyof Known): boolean => values.get(name) === true
  return {
    json: flag('json'),
    foreground: flag('foreground'),
    all: flag('all'),
    live: flag('live'),
    follow: flag('follow'),
    print: flag('print'),
    user: flag('user'),
    api: text('api'),
    name: text('name'),
    data: text('data'),
    to: text('to'),
    lines: text('lines'),
    port: text('port'),
    bind: text('bind'),
    folder: text('folder'),
    key: text('key'),
    policy: text('policy'),
    limit: text('limit'),
    csv: flag('csv'),
    count: flag('count'),
    verify: flag('verify'),
    'key-file': text('key-file'),
    operand,
  }
}

const usage = (allowed: readonly (keyof Known)[], operand: string | null): string => {
  const named = allowed.map((name) =>
    known[name].type === 'boolean' ? `[--${name}]` : `[--${name} <value>]`,
  )
  return [...(operand === null ? [] : [operand]), ...named].join(' ')
}
