import { JsonError, type JsonValue, parseJson } from '@watchbill/ledger'
import type * as z from 'zod/mini'
import type { Documents, Gathered } from './node-status.ts'
import { label } from './row.ts'
import { words } from './standing.ts'

/** What became of one document. `bad` is evidence that cannot be believed, with its place; `none` says why there is none. */
export type Read<T> =
  | { readonly kind: 'ok'; readonly value: T; readonly json: JsonValue; readonly httpStatus: number | null }
  | { readonly kind: 'bad'; readonly reason: string }
  | { readonly kind: 'none'; readonly reason: string; readonly answered: boolean }

export const mostBytes = 1024 * 1024

export interface Expected<T> {
  readonly schema: z.ZodMiniType<T>
  /** HTTP codes that carry the document; every other one is a refusal. */
  readonly codes?: readonly number[]
}

/**
 * Reads one JSON document strictly (duplicate keys, wrong types and wrong ranges are bad). TRUST BOUNDARY: never throws.
 * A refusal in the runtime's own words (`401 invalid_token`) is none; one in a proxy's HTML is bad.
 */
export const readJson = <T>(documents: Documents, name: string, expected: Expected<T>): Read<T> => {
  const gathered = Object.hasOwn(documents, name) ? documents[name] : undefined
  const missing = missingOf(name, gathered)
  if (missing !== null || gathered?.kind !== 'document') return missing ?? none(`${name} was not asked for`)
  const json = jsonOf(name, gathered)
  const code = gathered.httpStatus
  if (code !== null && !(expected.codes ?? [200]).includes(code)) return refusalOf(name, code, json)
  if (json.kind === 'bad') return json
  const parsed = expected.schema.safeParse(json.value)
  if (parsed.success) return { kind: 'ok', value: parsed.data, json: json.value, httpStatus: code }
  return { kind: 'bad', reason: `${name} ${complaintOf(parsed.error)}`.slice(0, 300) }
}

const none = (reason: string, answered = false): Read<never> => ({ kind: 'none', reason, answered })

const missingOf = (name: string, gathered: Gathered | undefined): Read<never> | null => {
  if (gathered === undefined) return none(`${name} was not asked for`)
  if (gathered.kind === 'absent') return none(`there is no ${name}`)
  if (gathered.kind === 'garbled')
    return { kind: 'bad', reason: `${name}: ${words(gathered.reason, 160) ?? 'cannot be read'}` }
  if (gathered.kind === 'silent') return none(`${name}: ${words(gathered.reason, 160) ?? 'no answer'}`)
  if (gathered.bytes.byteLength > mostBytes) return { kind: 'bad', reason: `${name} is longer than 1 MiB` }
  return null
}

type Json =
  | { readonly kind: 'ok'; readonly value: JsonValue }
  | { readonly kind: 'bad'; readonly reason: string }

const jsonOf = (name: string, { bytes }: Extract<Gathered, { kind: 'document' }>): Json => {
  try {
    return { kind: 'ok', value: parseJson(bytes, { maxValues: 100_000 }) }
  } catch (error) {
    if (!(error instanceof JsonError)) return { kind: 'bad', reason: `${name} cannot be read` }
    const place = `${error.pointer === '' ? '' : `${error.pointer}, `}line ${error.line}, column ${error.column}`
    const what = bytes.find((byte) => byte > 0x20) === 0x3c ? 'is HTML or XML, not JSON' : error.message
    return { kind: 'bad', reason: label(`${name} ${place}: ${what}`, 300) ?? name }
  }
}

const refusalOf = (name: string, code: number, json: Json): Read<never> => {
  if (json.kind === 'bad' && code !== 404) {
    return { kind: 'bad', reason: `${json.reason} (HTTP ${code})`.slice(0, 300) }
  }
  const body = json.kind === 'ok' ? json.value : null
  const error = typeof body === 'object' && body !== null && !Array.isArray(body) ? body.error : null
  const word = typeof error === 'string' && /^[a-z][a-z_]{0,39}$/.test(error) ? ` ${error}` : ''
  return none(`${name} answered ${code}${word}`, true)
}

type Issue = z.core.$ZodIssue

/** The first wrong place as an RFC 6901 pointer, and what should stand there; never the value itself. */
const complaintOf = (error: z.core.$ZodError): string => {
  const issue = error.issues[0]
  if (issue === undefined) return '/: has another shape'
  const { path, detail } = placed(issue, [])
  return `${pointer(path)}: ${detail}`
}

type Path = readonly PropertyKey[]

const placed = (issue: Issue, above: Path): { path: Path; detail: string } => {
  const path = [...above, ...issue.path]
  if (issue.code !== 'invalid_union') return { path, detail: detailOf(issue) }
  const inner = issue.errors.flatMap((branch) => branch.slice(0, 1)).map((one) => placed(one, path))
  const deepest = inner.reduce((best, one) => (one.path.length > best.path.length ? one : best), {
    path,
    detail: 'has none of the documented forms',
  })
  return deepest
}

/** zod/mini ships no messages; a browser-sized locale only for these few would be more than this. */
const detailOf = (issue: Issue): string => {
  switch (issue.code) {
    case 'invalid_type':
      return `must be ${issue.expected === 'int' ? 'a whole number' : issue.expected}`
    case 'too_small':
      return `must be at least ${issue.minimum}`
    case 'too_big':
      return `must be at most ${issue.maximum}`
    case 'invalid_value':
      return `must be ${issue.values.map(String).join(' or ')}`
    case 'unrecognized_keys':
      return 'has a field that does not belong there'
    case 'custom':
      return label(issue.message, 100) ?? 'is not as documented'
    default:
      return 'is not as documented'
  }
}

/** RFC 6901 §3. Keys are foreign text, so each is cut and made one line. */
const pointer = (path: Path): string =>
  path.length === 0
    ? '/'
    : path
        .slice(0, 12)
        .map((step) => `/${(label(String(step), 40) ?? '').replaceAll('~', '~0').replaceAll('/', '~1')}`)
        .join('')
