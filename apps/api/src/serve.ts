import { randomBytes } from 'node:crypto'
import { startFollower } from './audit-index/loop.ts'
import { startChores } from './chores.ts'
import { migrate } from './db/migrate.ts'
import { openDatabase } from './db/open.ts'
import { type Env, parseEnv } from './env.ts'
import { reapplyErasures } from './erasures/reapply.ts'
import { createScour } from './erasures/scour.ts'
import { createLog } from './http/log.ts'
import { startNodeServer } from './http/node-server.ts'
import { putDefaultWorkspace } from './identity/workspace.ts'
import { createNodeDeps } from './node-deps.ts'
import { usePlatformHash } from './node-hash.ts'
import { startSealer } from './seal/loop.ts'
import { openSealing } from './seal/node-sealing.ts'
import { exitCodeOf, explain } from './start-error.ts'

const log = createLog((line) => process.stderr.write(line))

/** Migrates, opens, listens, and closes all of it again when asked to stop. */
const main = async (): Promise<void> => {
  const env = parseEnv(process.env)
  usePlatformHash()
  await prepare(env)
  const database = await openDatabase({
    url: env.databaseUrl,
    authToken: env.databaseToken ?? undefined,
    now: Date.now,
    randomBytes,
  })
  await putDefaultWorkspace(database, Date.now())
  const sealing = await openSealing(env)
  const scour = createScour(env.databaseUrl)
  const erased = await reapplyErasures({ ...database, now: Date.now, sealing, scour })
  if (erased > 0) log({ level: 'warn', msg: 'erased again what a restored database held', payloads: erased })
  const stopping = new AbortController()
  const server = await startNodeServer({
    ...env,
    depsFor: (port, addressOf) =>
      createNodeDeps({ env, database, sealing, port, addressOf, log, stopping: stopping.signal }),
  })
  startChores(server.deps)
  startSealer(server.deps, stopping.signal)
  startFollower(server.deps, stopping.signal)
  const { publicUrl, version, releaseId } = server.deps.config
  log({ level: 'info', msg: 'listening', url: publicUrl, port: server.port, version, releaseId })
  const signal = await asked()
  log({ level: 'info', msg: 'stopping', signal })
  stopping.abort()
  await server.stop()
  await database.close()
  await sealing.place.close()
}

/** A file is ours to migrate at every start; a remote database is migrated on purpose, by `watchbill migrate`. */
const prepare = async (env: Env): Promise<void> => {
  if (!env.databaseUrl.startsWith('file:')) return
  const { applied, backup } = await migrate({ url: env.databaseUrl, now: Date.now })
  if (applied.length > 0) log({ level: 'info', msg: 'migrated', applied, backup })
}

/** The first signal asks; a second one no longer waits. */
const asked = (): Promise<string> =>
  new Promise((resolve) => {
    const hear = (signal: NodeJS.Signals) => {
      process.once(signal, () => process.exit(130))
      resolve(signal)
    }
    process.once('SIGTERM', hear)
    process.once('SIGINT', hear)
  })

try {
  await main()
  process.exit(0)
} catch (error) {
  process.stderr.write(`${explain(error)}\n`)
  process.exit(exitCodeOf(error))
}
