import type { Backend } from './backend.ts'
import { createDatabase, type Database, type DatabaseDeps } from './database.ts'
import { openLocal } from './local.ts'
import { retryBusy } from './patience.ts'
import { openRemote } from './remote.ts'

export type { Database } from './database.ts'
export type { ReadDb } from './read-db.ts'

export interface OpenOptions extends DatabaseDeps {
  /** `file:` for a local file, `http:`, `https:` or `libsql:` for a libSQL server. */
  readonly url: string
  readonly authToken?: string | undefined
}

/** Node only: the edge loads open-remote.ts, which never pulls in the native binding. */
export const openDatabase = async (options: OpenOptions): Promise<Database> =>
  createDatabase(options.url, await openBackend(options), options)

/** Throws Fault('unavailable') when a local file does not exist: migrate first. */
export const openBackend = async ({
  url,
  authToken,
}: Pick<OpenOptions, 'url' | 'authToken'>): Promise<Backend> =>
  url.startsWith('file:') ? retryBusy(() => openLocal(url)) : openRemote({ url, authToken, turns: true })
