import { parseArgs } from 'node:util'
import { Failure } from './failure.ts'

const known = {
  json: { type: 'boolean' },
  foreground: { type: 'boolean' },
  api: { type: 'string' },
  name: { type: 'string' },
} as const

export interface Options {
  readonly json: boolean
  readonly foreground: boolean
  readonly api: string | null
  readonly name: string | null
}

/** Options of a command of ours; only those it names are accepted. Throws Failure. */
export const parseOptions = (
  command: string,
  args: readonly string[],
  allowed: readonly (keyof Options)[],
): Options => {
  const options = Object.fromEntries(allowed.map((name) => [name, known[name]]))
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false })
    const text = (value: unknown) => (typeof value === 'string' ? value : null)
    return {
      json: values.json === true,
      foreground: values.foreground === true,
      api: text(values.api),
      name: text(values.name),
    }
  } catch (error) {
    const why = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
    const usage = allowed
      .map((name) => (known[name].type === 'boolean' ? `[--${name}]` : `[--${name} <value>]`))
      .join(' ')
    throw new Failure(
      `${command}: the arguments were not understood`,
      why,
      `use: watchbill ${command} ${usage}`.trim(),
      2,
    )
  }
}
