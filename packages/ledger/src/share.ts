/**
 * A door of its own for the script inside a share document: bundlers cannot leave out parts of a namespace that is handed on,
 * and that script has 40 kB in all.
 */
export type { DisclosedMember } from './commitment.ts'
export { tryHeader } from './entry.ts'
export type { EntryHeader } from './entry-header.ts'
export { type DisclosedEntry, type Disclosure, parseDisclosure } from './evidence/disclosure.ts'
export type { SeenTree } from './evidence/judge-newest.ts'
export { type Pin, parsePin } from './evidence/pin.ts'
export { type DisclosureVerdict, verifyDisclosure } from './evidence/verify-disclosure.ts'
export { parseCheckpoint } from './notes/checkpoint.ts'
export { parseNote } from './notes/note.ts'
export { parseVerifierKey, type VerifierKey } from './notes/verifier-key.ts'
