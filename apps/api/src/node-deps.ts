import { createHash, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { monitorEventLoopDelay, performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import pkg from '../package.json' with { type: 'json' }
import type { Database } from './db/open.ts'
import type { Deps, Vitals } from './deps.ts'
import type { Env } from './env.ts'
import { createScour } from './erasures/scour.ts'
import { readProgram } from './install/read-program.ts'
import { createOutbound } from './outbound/node-outbound.ts'
import { createMeters } from './probes/meters.ts'
import type { Sealing } from './seal/sealing.ts'

export interface NodeDeps {
  readonly env: Env
  readonly database: Database
  readonly sealing: Sealing
  readonly port: number
  readonly addressOf: Deps['addressOf']
  readonly log: Deps['log']
  readonly stopping: AbortSignal
}

/** What the app needs, on Node: this process's clock, random numbers and figures. */
export const createNodeDeps = ({
  env,
  database,
  sealing,
  port,
  addressOf,
  log,
  stopping,
}: NodeDeps): Deps => ({
  dbFor: database.dbFor,
  installation: database.installation,
  record: database.record,
  ingest: database.ingest,
  bell: database.bell,
  ping: database.ping,
  expectMigration: database.expectMigration,
  now: Date.now,
  randomBytes,
  meters: createMeters(),
  addressOf,
  vitals: createVitals(),
  program: readProgram(import.meta.url),
  sealing,
  scour: createScour(env.databaseUrl),
  outbound: createOutbound(),
  stopping,
  log,
  config: {
    publicUrl: publicUrlOf(env, port),
    allowedHosts: hostsOf(env, port),
    version: pkg.version,
    releaseId: releaseId(),
    runtime: 'node',
    cronSecret: env.cronSecret,
  },
})

/** Where browsers come (SECURITY "Web and API": a name of our own keeps other local servers' cookies out). */
export const publicUrlOf = (env: Pick<Env, 'publicUrl'>, port: number): string =>
  env.publicUrl ?? `http://watchbill.localhost:${port}`

/** Names programs use: Node cannot resolve the browser's. An address cannot be rebound, a name could. */
const hostsOf = ({ bind }: Pick<Env, 'bind'>, port: number): string[] => {
  const own = bind === '0.0.0.0' || bind === '::' || bind === 'localhost' ? [] : [bind]
  const names = ['127.0.0.1', 'localhost', '::1', ...own]
  return names.map((name) => `${name.includes(':') ? `[${name}]` : name}:${port}`)
}

const createVitals = (): (() => Vitals) => {
  const delay = monitorEventLoopDelay({ resolution: 20 })
  delay.enable()
  return () => {
    const loopLagSeconds = delay.percentile(99) / 1e9
    delay.reset()
    return {
      residentBytes: process.memoryUsage.rss(),
      startedAtMs: performance.timeOrigin,
      loopLagSeconds: Number.isFinite(loopLagSeconds) ? loopLagSeconds : 0,
    }
  }
}

/** The digest of the program that runs, so that two builds of one version can be told apart. */
const releaseId = (): string =>
  createHash('sha256')
    .update(readFileSync(fileURLToPath(import.meta.url)))
    .digest('hex')
    .slice(0, 12)
