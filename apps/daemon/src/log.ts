import { chmodSync, closeSync, fstatSync, openSync, renameSync, statSync, writeSync } from 'node:fs'
import { scrub } from '@watchbill/runtimes'

export type Log = (line: Readonly<Record<string, unknown>>) => void

const limitBytes = 1024 * 1024

/** JSON lines in a file of at most 1 MiB, and one older generation beside it (`log.1`). Lines never hold a credential. */
export const createLog = (path: string, echo: ((line: string) => void) | null, now = Date.now): Log => {
  let size = sizeOf(path)
  return (line) => {
    const text = `${formatLine({ ts: new Date(now()).toISOString(), ...line })}\n`
    echo?.(text)
    if (size + text.length > limitBytes) {
      rotate(path)
      size = 0
    }
    size += append(path, text)
  }
}

/** Every text passes the scrubber; JSON escapes line breaks already, and bidi and other controls are escaped too. */
export const formatLine = (line: Readonly<Record<string, unknown>>): string =>
  JSON.stringify(line, (_name, value) => (typeof value === 'string' ? scrub(value) : value))
    .replace(/\bwb_[a-z0-9-]+_[a-z]{3}_[A-Za-z0-9_-]+/g, 'wb_[redacted]')
    .replace(
      /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
    )

const sizeOf = (path: string): number => {
  try {
    return statSync(path).size
  } catch {
    return 0
  }
}

const rotate = (path: string): void => {
  try {
    renameSync(path, `${path}.1`)
  } catch {
    // Nothing to rotate: the file is gone, and the next append makes a new one.
  }
}

/** A full disk must not stop the watch: what cannot be logged is lost, and only that. */
const append = (path: string, text: string): number => {
  try {
    const file = openSync(path, 'a', 0o600)
    try {
      // By path: under Node's permission model file descriptors cannot be changed.
      if ((fstatSync(file).mode & 0o077) !== 0) chmodSync(path, 0o600)
      return writeSync(file, text)
    } finally {
      closeSync(file)
    }
  } catch {
    return 0
  }
}
