import { createDatabase, type Database, type DatabaseDeps } from './database.ts'
import { openRemote, type RemoteOptions } from './remote.ts'

/** The database for edge runtimes: remote libSQL only, free of native code and node:*. */
export const openRemoteDatabase = async (options: RemoteOptions & DatabaseDeps): Promise<Database> =>
  createDatabase(options.url, openRemote(options), options)
