import { scrub } from '@watchbill/runtimes'

/** One JSON line per call: control characters are escaped by JSON, and nothing that looks like our tokens gets out. */
export const createLog =
  (write: (line: string) => void) =>
  (fields: Readonly<Record<string, unknown>>): void =>
    write(`${shield(JSON.stringify({ at: new Date().toISOString(), ...fields }, scrubbed))}\n`)

const scrubbed = (_name: string, value: unknown) => (typeof value === 'string' ? scrub(value) : value)

/** Keys of ours, and the fragment of a sign-in link. U+2028 and U+2029 pass JSON but break lines in some readers. */
const shield = (line: string): string =>
  line
    .replaceAll(/wb_[a-z][a-z0-9-]{0,39}_(key|mch|enr)_[A-Za-z0-9_-]+/g, 'wb_…')
    .replaceAll(/sign-in#[A-Za-z0-9_-]+/g, 'sign-in#…')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029')
