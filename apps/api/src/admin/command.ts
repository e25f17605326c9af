import type { ParseArgsConfig } from 'node:util'
import type { Database } from '../db/open.ts'
import type { ActorRef } from '../db/write.ts'
import type { Env } from '../env.ts'

/** One command of the console. It opens the same database as the server, by the same doors, so entries are written too. */
export interface Command {
  /** Words as typed: `key create`. */
  readonly name: string
  readonly summary: string
  /** How its operands are called in the usage, one word each; one in brackets may be left out. */
  readonly operands?: readonly string[]
  readonly options?: NonNullable<ParseArgsConfig['options']>
  /** The options once more, for people. */
  readonly help?: string
  readonly run: (call: Call) => Promise<void>
}

export interface Call {
  readonly env: Env
  readonly values: Readonly<Record<string, unknown>>
  readonly positionals: readonly string[]
  readonly console: Console
  /** Opens the database; the command closes it. */
  readonly open: () => Promise<Database>
}

export interface Console {
  /** What a script reads: standard output. */
  out(line: string): void
  /** Said to a person at a terminal only. */
  note(line: string): void
  /** What the process ends with, where nothing failed and yet not all is well. */
  exit(code: number): void
  now(): number
  randomBytes(count: number): Uint8Array
}

/** Who acts here: whoever may open the database file. */
export const consoleActor: ActorRef = { kind: 'installation', id: 'console' }

/** Asked wrongly: exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** The value of a string option, or null. */
export const textOption = (call: Call, name: string): string | null => {
  const value = call.values[name]
  return typeof value === 'string' ? value : null
}

/** Opens, works, closes, whatever happens between. */
export const withDatabase = async <T>(call: Call, work: (database: Database) => Promise<T>): Promise<T> => {
  const database = await call.open()
  try {
    return await work(database)
  } finally {
    await database.close()
  }
}
