import * as z from 'zod/mini'

/** Text an agent or a person sent: data, never markup. At most `max` UTF-16 units, no NUL (SQLite would cut there). */
export const text = (max: number) =>
  z.string().check(
    z.maxLength(max),
    z.refine((value) => !value.includes('\u0000'), 'must not contain U+0000'),
  )

/** RFC 3339, UTC, at most millisecond digits: `2026-11-20T10:41:05.123Z`. */
export const Instant = z.string().check(
  z.regex(
    /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,3})?Z$/,
    'must be an RFC 3339 UTC time with at most milliseconds',
  ),
  z.refine((value) => Number.isFinite(Date.parse(value)), 'must be a time that exists'),
)

/** A prefixed UUID, `agt_01a1f848-b543-7e91-9e5e-989cb75f9d5f`: the prefix says what it names (DESIGN "Words"). */
export const id = (prefix: string) =>
  z
    .string()
    .check(
      z.regex(
        new RegExp(`^${prefix}_[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$`),
        `must be an id that starts with ${prefix}_`,
      ),
    )

export const MachineId = id('mch')
export const AgentId = id('agt')
export const SessionId = id('ses')
export const SnapshotId = id('snp')
export const KeyId = id('key')
export const WorkspaceId = z.string().check(z.regex(/^[a-z][a-z0-9-]{0,39}$/, 'must be a workspace name'))

/** A count that may be unknown: null is shown as "–", never as 0 (DESIGN rule 6). */
export const Count = z.nullable(z.int().check(z.minimum(0)))

/** How a value is known: said by the runtime itself, seen by our daemon, or concluded from something else. */
export const Source = z.enum(['reported', 'observed', 'inferred'])
export type Source = z.infer<typeof Source>

/** Comma-separated list in a query string: `state=waiting,working`. */
export const listOf = <T extends readonly [string, ...string[]]>(values: T) =>
  z.string().check(
    z.maxLength(400),
    z.refine(
      (value) => value.split(',').every((part) => (values as readonly string[]).includes(part)),
      `must be a comma-separated list of ${values.join(', ')}`,
    ),
  )

/** A whole number written in a query string, within bounds (both inclusive). */
export const integerText = (min: number, max: number) =>
  z.string().check(
    z.regex(/^\d{1,16}$/, 'must be a whole number'),
    z.refine((value) => Number(value) >= min && Number(value) <= max, `must be between ${min} and ${max}`),
  )

/** base64url of {v, sort key, id, query digest}; opaque to callers. */
export const Cursor = z
  .string()
  .check(z.regex(/^[A-Za-z0-9_-]{1,1600}$/, 'must be a cursor this API gave out'))
