import { base64 } from '../base64.ts'
import { isKeyName } from './verifier-key.ts'

/** One line below a note: who claims to have signed. */
export interface NoteSignature {
  readonly name: string
  /** 8 hex digits. */
  readonly keyId: string
  /** What follows the key ID. */
  readonly blob: Uint8Array
  /** As it stands in the note, without the LF. */
  readonly line: string
}

/** A signed note (C2SP signed-note) whose signatures nobody checked yet. */
export interface Note {
  /** What is signed, its last LF included. */
  readonly text: string
  readonly signatures: readonly NoteSignature[]
}

const maxLength = 1_000_000
const maxSignatures = 100

/** TRUST BOUNDARY: null for anything C2SP signed-note does not allow, and for base64 spelt otherwise. */
export const parseNote = (note: string): Note | null => {
  if (note.length > maxLength || !isNoteText(note)) return null
  // The text may hold blank lines of its own.
  const split = note.lastIndexOf('\n\n')
  if (split === -1) return null
  const lines = note.slice(split + 2, -1).split('\n')
  if (lines.length > maxSignatures) return null
  const signatures = lines.flatMap((line) => parseSignature(line) ?? [])
  return signatures.length === lines.length ? { text: note.slice(0, split + 1), signatures } : null
}

/** Ends in LF, holds no other control character, and can be written as UTF-8. */
export const isNoteText = (text: string): boolean =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: C2SP signed-note names exactly these.
  text.endsWith('\n') && !/[\u0000-\u0009\u000b-\u001f\p{Surrogate}]/u.test(text)

const parseSignature = (line: string): NoteSignature | null => {
  const [, name = '', encoded = ''] = /^\u2014 ([^ ]+) ([^ ]+)$/.exec(line) ?? []
  const bytes = base64.decode(encoded)
  if (bytes === null || bytes.length < 5 || !isKeyName(name)) return null
  const keyId = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join('')
  return { name, keyId, blob: bytes.slice(4), line }
}

/** A signature line without LF. */
export const formatSignature = (name: string, keyId: string, blob: Uint8Array): string => {
  const id = (keyId.match(/../g) ?? []).map((byte) => Number.parseInt(byte, 16))
  return `\u2014 ${name} ${base64.encode(Uint8Array.of(...id, ...blob))}`
}

/**
 * The note with more signature lines below it, LF at their ends or not; a line it has already is not added again. Throws
 * RangeError when that makes no signed note.
 */
export const addSignatures = (note: string, lines: readonly string[]): string => {
  const known = new Set(parseNote(note)?.signatures.map(({ line }) => line))
  const added = [...new Set(lines.map((line) => line.replace(/\n$/, '')))].filter((line) => !known.has(line))
  const whole = `${note}${added.map((line) => `${line}\n`).join('')}`
  if (parseNote(whole)?.signatures.length !== known.size + added.length)
    throw new RangeError('that makes no signed note')
  return whole
}
