import * as z from 'zod/mini'

/** The part of JSON Schema 2020-12 that the contract's schemas turn into. */
export interface JsonSchema {
  /** Name of a shape that is told elsewhere. */
  readonly $ref?: string
  readonly type?: string | readonly string[]
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly items?: JsonSchema
  readonly anyOf?: readonly JsonSchema[]
  readonly enum?: readonly unknown[]
  readonly const?: unknown
  readonly default?: unknown
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly additionalProperties?: boolean | JsonSchema
}

const noNames: ReadonlyMap<z.ZodMiniType, string> = new Map()

/**
 * A contract schema as JSON Schema: `input` is what a caller sends, `output` what comes back.
 * Schemas in `names`, other than the one asked for, stand as a `$ref` to their name.
 */
export function jsonSchemaOf(
  schema: z.ZodMiniType,
  io: 'input' | 'output',
  names: ReadonlyMap<unknown, string> = noNames,
): JsonSchema {
  const told = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: ({ zodSchema, jsonSchema }) => {
      const name = names.get(zodSchema)
      if (name === undefined || Object.is(zodSchema, schema)) return
      for (const key of Object.keys(jsonSchema)) Reflect.deleteProperty(jsonSchema, key)
      jsonSchema.$ref = name
    },
  })
  return asJsonSchema(told)
}

// zod's own type is wider (it names every draft); the tree reads only the keys above.
const asJsonSchema = (value: unknown): JsonSchema => value as JsonSchema

/** What the schema itself says when a query value is wrong: limits that JSON Schema has no word for. */
export const refusalOf = (schema: z.ZodMiniType, name: string): string | null => {
  for (const wrong of ['\u0001', '9999999999999999']) {
    const result = schema.safeParse({ [name]: wrong })
    const issue = result.error?.issues.find((found) => found.path[0] === name)
    if (issue?.message.startsWith('must be a comma') || issue?.message.startsWith('must be between')) {
      return issue.message
    }
  }
  return null
}
