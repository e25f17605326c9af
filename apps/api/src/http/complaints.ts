import type { Endpoint } from '@watchbill/contract/endpoint'
import { type Complaint, Fault } from '@watchbill/contract/fault'
import { en } from 'zod/locales'
import * as z from 'zod/mini'
import { fitsKnownShape } from './known-shapes.ts'

// zod/mini ships no messages; without a locale every one of them reads "Invalid input".
z.config(en())

const maxComplaints = 20

export interface RawInput {
  readonly params: unknown
  readonly query: unknown
  readonly body: unknown
}

const nothing = z.strictObject({})

/** Parses the parts a row names. TRUST BOUNDARY. Throws Fault `invalid_request` that names every wrong place. */
export const parseInput = (row: Endpoint, raw: RawInput): RawInput => {
  const params = row.params?.safeParse(raw.params)
  const query = (row.query ?? nothing).safeParse(raw.query)
  const body = fitsKnownShape(row, raw.body)
    ? { data: raw.body, error: undefined }
    : row.body?.safeParse(raw.body)
  const complaints = [
    ...complaintsOf(params?.error, (path) => `path.${path.join('.')}`),
    ...complaintsOf(query.error, (path) => `query.${path.join('.')}`),
    ...complaintsOf(body?.error, formatPointer),
  ]
  if (complaints.length > 0) throw refused(complaints)
  return { params: params?.data, query: row.query ? query.data : undefined, body: body?.data }
}

const refused = (complaints: readonly Complaint[]): Fault => {
  const errors = complaints.slice(0, maxComplaints)
  const more = complaints.length - errors.length
  const first = errors[0]
  const place = first?.pointer === '' ? 'the body' : first?.pointer
  const rest = complaints.length > 1 ? ` (and ${complaints.length - 1} more)` : ''
  if (more > 0) errors.push({ pointer: '', detail: `${more} more places are not listed` })
  return new Fault('invalid_request', `${place}: ${first?.detail}${rest}`, { errors })
}

type Path = readonly PropertyKey[]
type Issue = z.core.$ZodIssue

/** Every wrong place, with its pointer as `format` writes it. */
export const complaintsOf = (
  error: z.core.$ZodError | undefined,
  format: (path: Path) => string,
): Complaint[] =>
  (error?.issues ?? []).flatMap((issue) =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => ({ pointer: format([...issue.path, key]), detail: 'unknown field' }))
      : [{ pointer: format(issue.path), detail: detailOf(issue) }],
  )

/** What a union wanted is said by its branches, not by the union. */
const detailOf = (issue: Issue): string => {
  if (issue.code !== 'invalid_union') return issue.message
  const wanted = new Set(issue.errors.flatMap((branch) => branch.map((inner) => inner.message)))
  return wanted.size === 0 ? issue.message : [...wanted].slice(0, 6).join('; or ')
}

/** RFC 6901 §3. */
const formatPointer = (path: Path): string =>
  path.map((step) => `/${String(step).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('')

/** First place where our own answer breaks the contract; never a value, which may be private. */
export const misfit = (error: z.core.$ZodError): string => {
  const first = complaintsOf(error, formatPointer)[0]
  return `${first?.pointer ?? ''}: ${first?.detail ?? 'unknown'}`
}
