import { formats } from '@watchbill/runtimes'
import * as z from 'zod/mini'
import { flagDefaults } from './flags.ts'

const runtimeNames = formats.map(({ runtime }) => runtime)
const plain = /^[^\p{Cc}*]+$/u

/** Node's permission flags would take `*` for a pattern, so no path of ours holds one. */
const Path = z.string().check(z.minLength(1), z.maxLength(1000), z.regex(plain))
const Name = z.string().check(z.minLength(1), z.maxLength(60), z.regex(/^[^\p{Cc}\p{Cf}]+$/u))
const Url = z.string().check(z.maxLength(1000), z.regex(/^https?:\/\/[^\s/?#@]+(\/[^\s?#]*)?$/))
const Seconds = (least: number, most: number) => z.int().check(z.gte(least), z.lte(most))

const Roots = z.strictObject(
  Object.fromEntries(
    runtimeNames.map((name) => [name, z.optional(z.array(Path).check(z.maxLength(50)))] as const),
  ),
)

const polled = {
  name: z.optional(Name),
  everySeconds: z.optional(Seconds(1, 3600)),
  timeoutSeconds: z.optional(Seconds(1, 60)),
}
const http = {
  url: Url,
  tokenFile: z.optional(Path),
  privateNetwork: z.optional(z.boolean()),
  ...polled,
}

const runtimeShapes = {
  kato: z.strictObject({ runtime: z.literal('kato'), path: Path, ...polled }),
  vak: z.strictObject({ runtime: z.literal('vak'), ...http }),
  skreaver: z.strictObject({ runtime: z.literal('skreaver'), ...http }),
  'fluffy-waffle': z.strictObject({
    runtime: z.literal('fluffy-waffle'),
    path: z.optional(Path),
    socket: z.optional(Path),
    ...polled,
  }),
}

const Runtime = z.discriminatedUnion('runtime', [
  runtimeShapes.kato,
  runtimeShapes.vak,
  runtimeShapes.skreaver,
  runtimeShapes['fluffy-waffle'],
])

const flagNames = Object.keys(flagDefaults)
const Flags = z.strictObject(
  Object.fromEntries(flagNames.map((name) => [name, z.optional(z.boolean())] as const)),
)
const Spool = z.strictObject({
  maxBytes: z.optional(z.int().check(z.gte(1024 * 1024), z.lte(8 * 1024 ** 3))),
})

/** Version 2, as the file has it: everything but the version may be left out. */
export const FileV2 = z.strictObject({
  version: z.literal(2),
  payload: z.optional(z.enum(['none', 'request', 'content'])),
  providerSessionRoots: z.optional(Roots),
  runtimes: z.optional(z.array(Runtime).check(z.maxLength(100))),
  spool: z.optional(Spool),
  flags: z.optional(Flags),
})
export type FileV2 = z.infer<typeof FileV2>

/** Version 1: what the first release did without a file, in a file. */
export const FileV1 = z.strictObject({
  version: z.literal(1),
  payload: z.optional(z.enum(['none', 'request'])),
  sessionRoots: z.optional(Roots),
  spoolMiB: z.optional(z.int().check(z.gte(1), z.lte(8192))),
})

/** Keys that may stand at a place of the file: for the suggestion beside an unknown one. */
export const keysV2 = (path: readonly PropertyKey[], runtime: unknown): readonly string[] => {
  const [section] = path
  if (section === undefined) return Object.keys(FileV2.shape)
  if (section === 'providerSessionRoots') return runtimeNames
  if (section === 'spool') return Object.keys(Spool.shape)
  if (section === 'flags') return flagNames
  const shape = Object.entries(runtimeShapes).find(([name]) => name === runtime)?.[1]
  return shape === undefined ? [] : Object.keys(shape.shape)
}

export const keysV1 = (path: readonly PropertyKey[]): readonly string[] =>
  path.length === 0 ? Object.keys(FileV1.shape) : runtimeNames
