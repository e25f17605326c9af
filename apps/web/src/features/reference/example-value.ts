import type { JsonSchema } from './json-schema.ts'
import { withoutNull } from './schema-tree.ts'

/** What an example may be built from: a time, and ids to use instead of the made-up ones. */
export interface ExampleSeed {
  readonly nowMs: number
  /** By prefix: `{ mch: 'mch_…' }`. */
  readonly ids: Readonly<Record<string, string>>
}

const madeUp = '01a1f848-b543-7e91-9e5e-989cb75f9d5f'

const textFor = (schema: JsonSchema, name: string, seed: ExampleSeed): string => {
  const pattern = schema.pattern ?? ''
  const prefix = /^\^([a-z]{3})_\[0-9a-f\]/.exec(pattern)?.[1]
  if (prefix !== undefined) return seed.ids[prefix] ?? `${prefix}_${madeUp}`
  if (pattern.startsWith('^\\d{4}-')) return new Date(seed.nowMs).toISOString()
  if (pattern.startsWith('^[A-Za-z0-9_-]{42}')) return 'A'.repeat(43)
  if (pattern.includes('{16,200}')) return 'the-token-from-your-sign-in-link'
  if (pattern.startsWith('^\\d')) return '10'
  if (name === 'runtime') return 'claude-code'
  return name === '' ? 'example' : `my-${name.toLowerCase()}`.slice(0, schema.maxLength ?? 80)
}

/** The smallest value the schema takes: required members only, lists at their least length. */
export const exampleValue = (schema: JsonSchema, seed: ExampleSeed, name = ''): unknown => {
  const { schema: plain } = withoutNull(schema)
  if (plain.const !== undefined) return plain.const
  if (plain.enum !== undefined) return plain.enum[0]
  if (plain.anyOf?.[0] !== undefined) return exampleValue(plain.anyOf[0], seed, name)
  if (plain.type === 'object') {
    const needed = Object.entries(plain.properties ?? {}).filter(([key]) => plain.required?.includes(key))
    return Object.fromEntries(needed.map(([key, child]) => [key, exampleValue(child, seed, key)]))
  }
  if (plain.type === 'array') {
    const items = plain.items ?? {}
    return Array.from({ length: plain.minItems ?? 0 }, () => exampleValue(items, seed, name))
  }
  if (plain.type === 'integer' || plain.type === 'number') return Math.max(plain.minimum ?? 1, 1)
  if (plain.type === 'boolean') return true
  return textFor(plain, name, seed)
}
