import type { JsonSchema } from './json-schema.ts'

/** One line of a schema as a person reads it. */
export interface SchemaNode {
  /** Property name; empty for the whole document. */
  readonly name: string
  /** `text`, `whole number`, `list of object`, `waiting | working`. */
  readonly type: string
  readonly required: boolean
  readonly nullable: boolean
  /** `1 to 120 characters`, `default 60000`. */
  readonly limits: readonly string[]
  /** Name of the shape its members are told under; null where they are the children. */
  readonly shape: string | null
  readonly children: readonly SchemaNode[]
}

const typesOf = (schema: JsonSchema): readonly string[] =>
  schema.type === undefined ? [] : typeof schema.type === 'string' ? [schema.type] : schema.type

const isNull = (schema: JsonSchema) => schema.type === 'null'

/** The schema without its null alternative, with what stands beside `anyOf` kept. */
export const withoutNull = (schema: JsonSchema): { schema: JsonSchema; nullable: boolean } => {
  const types = typesOf(schema)
  if (types.length > 1 && types.includes('null')) {
    const rest = types.filter((type) => type !== 'null')
    return { schema: { ...schema, type: rest.length === 1 ? (rest[0] ?? 'null') : rest }, nullable: true }
  }
  const options = schema.anyOf?.filter((option) => !isNull(option))
  if (options === undefined || options.length === schema.anyOf?.length) return { schema, nullable: false }
  const { anyOf: _, ...beside } = schema
  const [only] = options
  if (options.length === 1 && only !== undefined) return { schema: { ...beside, ...only }, nullable: true }
  return { schema: { ...beside, anyOf: options }, nullable: true }
}

const words: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  number: 'number',
  boolean: 'true or false',
  object: 'object',
  null: 'null',
}

const patternWords = (pattern: string): string | null => {
  const prefix = /^\^([a-z]{3})_\[0-9a-f\]/.exec(pattern)
  if (prefix !== null) return `${prefix[1]}_… id`
  return pattern.startsWith('^\\d{4}-\\d{2}-\\d{2}T') ? 'time (RFC 3339, UTC)' : null
}

const typeWords = (schema: JsonSchema): string => {
  if (schema.$ref !== undefined) return schema.$ref
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return schema.enum.map(String).join(' | ')
  if (schema.anyOf !== undefined) return schema.anyOf.map((option) => typeWords(option)).join(' | ')
  if (schema.items !== undefined) return `list of ${typeWords(withoutNull(schema.items).schema)}`
  if (typeof schema.additionalProperties === 'object') {
    return `map of ${typeWords(withoutNull(schema.additionalProperties).schema)}`
  }
  const pattern = schema.pattern === undefined ? null : patternWords(schema.pattern)
  if (pattern !== null) return pattern
  const types = typesOf(schema)
  return types.length === 0 ? 'anything' : types.map((type) => words[type] ?? type).join(' | ')
}

const range = (min: number | undefined, max: number | undefined, unit: string): string | null => {
  const most = max === undefined || max >= Number.MAX_SAFE_INTEGER ? null : max
  const least = min === undefined || min <= Number.MIN_SAFE_INTEGER ? null : min
  if (least !== null && most !== null) return `${least} to ${most}${unit}`
  if (most !== null) return `at most ${most}${unit}`
  return least === null ? null : `at least ${least}${unit}`
}

const limitsOf = (schema: JsonSchema): string[] => {
  const plainPattern =
    schema.pattern !== undefined && patternWords(schema.pattern) === null ? `matches ${schema.pattern}` : null
  const said = schema.default === undefined ? null : `default ${JSON.stringify(schema.default)}`
  return [
    range(schema.minLength, schema.maxLength, ' characters'),
    range(schema.minimum, schema.maximum, ''),
    range(schema.minItems, schema.maxItems, ' items'),
    plainPattern,
    said,
  ].filter((limit) => limit !== null)
}

/** The object whose members are the children: itself, a list's item, a map's value. */
const innerObject = (schema: JsonSchema): JsonSchema | null => {
  if (schema.properties !== undefined) return schema
  if (schema.items !== undefined) return innerObject(withoutNull(schema.items).schema)
  if (typeof schema.additionalProperties === 'object') {
    return innerObject(withoutNull(schema.additionalProperties).schema)
  }
  return null
}

const shapeOf = (schema: JsonSchema): string | null => {
  if (schema.$ref !== undefined) return schema.$ref
  return schema.items === undefined ? null : shapeOf(withoutNull(schema.items).schema)
}

/** A JSON Schema as a tree of named lines, in the schema's own order. */
export const schemaTree = (schema: JsonSchema, name = '', required = true): SchemaNode => {
  const { schema: plain, nullable } = withoutNull(schema)
  const inner = innerObject(plain)
  return {
    name,
    type: typeWords(plain),
    required,
    nullable,
    limits: limitsOf(plain),
    shape: shapeOf(plain),
    children: Object.entries(inner?.properties ?? {}).map(([key, child]) =>
      schemaTree(child, key, inner?.required?.includes(key) ?? false),
    ),
  }
}
