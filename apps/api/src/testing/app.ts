import type { Api, EndpointName } from '@watchbill/contract/api'
import { type Client, createClient } from '@watchbill/contract/client'
import type { Args, Reply } from '@watchbill/contract/endpoint'
import type { Scope } from '@watchbill/contract/scope'
import type { Hono } from 'hono'
import { createApp } from '../app.ts'
import type { AppConfig, Deps } from '../deps.ts'
import type { Rate } from '../http/limiter.ts'
import { createKey } from '../identity/keys.ts'
import { createMeters } from '../probes/meters.ts'
import { openTestDatabase, type TestDatabase } from './database.ts'

export const testUrl = 'http://watchbill.test:4040'

export interface TestAppOptions {
  readonly config?: Partial<AppConfig>
  /** So generous by default that no test meets it by accident. */
  readonly rate?: Rate
  readonly deps?: Partial<Deps>
}

export interface TestApp {
  readonly app: Hono
  readonly deps: Deps
  readonly database: TestDatabase
  /** Set `now` to move the server's clock, ms. */
  readonly clock: { now: number }
  /** Everything that was logged. */
  readonly logged: Readonly<Record<string, unknown>>[]
  /** A fresh API key with exactly these scopes. */
  key(scopes: readonly Scope[], workspace?: string): Promise<string>
  /** The typed client, in process. */
  client(token?: string): Client
  /** One call by name: `call('getAgent', { params: { id } }, key)`. */
  call<K extends EndpointName>(name: K, args: Args<Api[K]>, token?: string): Promise<Reply<Api[K]>>
  /** A raw request: a path below testUrl. */
  request(path: string, init?: RequestInit): Promise<Response>
  close(): Promise<void>
}

/** The real app over a real libSQL file of its own, with a clock that stands still until moved. */
export const createTestApp = async (options: TestAppOptions = {}): Promise<TestApp> => {
  const clock = { now: Date.UTC(2026, 10, 20, 12) }
  const database = await openTestDatabase({ now: () => clock.now })
  const logged: Readonly<Record<string, unknown>>[] = []
  const deps: Deps = { ...depsOf(database, clock, logged, options.config), ...options.deps }
  const app = createApp(deps, { rate: options.rate ?? { perSecond: 1e6, burst: 1e6 } })
  const request = async (path: string, init?: RequestInit) => app.fetch(new Request(testUrl + path, init))
  const inProcess: typeof fetch = async (input, init) => app.fetch(new Request(input, init))
  const client = (token?: string) =>
    createClient({ baseUrl: testUrl, fetch: inProcess, ...(token === undefined ? {} : { token }) })
  return {
    app,
    deps,
    database,
    clock,
    logged,
    request,
    client,
    call: (name, args, token) => callByName(client(token), name, args),
    key: async (scopes, workspace = 'default') => {
      const asked = { name: 'test', scopes, ttlSeconds: null }
      const actor = { kind: 'installation', id: 'test' } as const
      return (await createKey(deps, workspace, actor, asked, clock.now)).secret
    },
    close: () => database.cleanup(),
  }
}

/** Which arguments a name takes is known to the caller, but not provable for a name in general. */
const callByName = <K extends EndpointName>(client: Client, name: K, args: Args<Api[K]>) =>
  (client[name] as (args: Args<Api[K]>) => Promise<Reply<Api[K]>>)(args)

const depsOf = (
  database: TestDatabase,
  clock: { now: number },
  logged: Readonly<Record<string, unknown>>[],
  config: Partial<AppConfig> = {},
): Deps => ({
  dbFor: database.dbFor,
  installation: database.installation,
  record: database.record,
  ingest: database.ingest,
  bell: database.bell,
  ping: database.ping,
  expectMigration: database.expectMigration,
  now: () => clock.now,
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  meters: createMeters(),
  addressOf: () => '192.0.2.1',
  vitals: null,
  log: (line) => void logged.push(line),
  config: {
    publicUrl: testUrl,
    allowedHosts: [],
    version: '0.0.0',
    releaseId: 'test',
    runtime: 'node',
    cronSecret: null,
    ...config,
  },
})
