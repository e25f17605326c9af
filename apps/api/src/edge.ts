import type { Hono } from 'hono'
import pkg from '../package.json' with { type: 'json' }
import { createApp } from './app.ts'
import { openRemoteDatabase } from './db/open-remote.ts'
import type { Deps } from './deps.ts'
import { reapplyErasures } from './erasures/reapply.ts'
import { createLog } from './http/log.ts'
import { createEdgeOutbound } from './outbound/edge-outbound.ts'
import { createMeters } from './probes/meters.ts'
import { openEdgeSealing } from './seal/edge-sealing.ts'
import { sealBehind } from './seal/lazy.ts'

/** Bindings of an edge deployment; the same names as on Node (DESIGN §4). */
export interface EdgeEnv {
  readonly WATCHBILL_DB_URL?: string
  readonly WATCHBILL_DB_TOKEN?: string
  /** The origin browsers come to, `https://watchbill.example.org`. */
  readonly WATCHBILL_PUBLIC_URL?: string
  readonly CRON_SECRET?: string
  /** Without these two nothing is sealed; entries stay pending. The anchor is another libSQL database. */
  readonly WATCHBILL_MASTER_KEY?: string
  readonly WATCHBILL_ANCHOR?: string
  readonly WATCHBILL_ANCHOR_TOKEN?: string
  /** Set by Vercel, where `x-real-ip` is written by the platform. */
  readonly VERCEL?: string
  readonly VERCEL_GIT_COMMIT_SHA?: string
}

/** The control plane where no process is ours. The database is remote and migrated beforehand (`watchbill migrate`). */
export const createEdgeApp = async (env: EdgeEnv): Promise<Hono> => {
  const url = requireDatabaseUrl(env.WATCHBILL_DB_URL)
  const publicUrl = requirePublicUrl(env.WATCHBILL_PUBLIC_URL)
  const now = Date.now
  const randomBytes = (count: number) => crypto.getRandomValues(new Uint8Array(count))
  const database = await openRemoteDatabase({ url, authToken: env.WATCHBILL_DB_TOKEN, now, randomBytes })
  const sealing = await openEdgeSealing(env)
  await reapplyErasures({ ...database, now, sealing })
  const deps: Deps = {
    ...database,
    now,
    randomBytes,
    meters: createMeters(),
    addressOf: (request) => addressOf(request, env),
    vitals: null,
    sealing,
    outbound: createEdgeOutbound(),
    log: createLog((line) => console.log(line.trimEnd())),
    config: {
      publicUrl,
      allowedHosts: [],
      version: pkg.version,
      releaseId: env.VERCEL_GIT_COMMIT_SHA?.slice(0, 12) ?? pkg.version,
      runtime: 'edge',
      cronSecret: env.CRON_SECRET ?? null,
    },
  }
  return createApp(sealBehind(deps))
}

let app: Promise<Hono> | undefined

export default {
  async fetch(request: Request, env: EdgeEnv): Promise<Response> {
    app ??= createEdgeApp(env)
    try {
      return (await app).fetch(request)
    } catch (error) {
      // What was away at the start may be back for the next request.
      app = undefined
      throw error
    }
  },
}

const requireDatabaseUrl = (text = ''): string => {
  if (/^(https?|libsql):\/\//.test(text)) return text
  throw new Error(
    'WATCHBILL_DB_URL must name a libSQL server (https:// or libsql://): there are no files at the edge',
  )
}

const requirePublicUrl = (text = ''): string => {
  if (URL.canParse(text) && new URL(text).origin === text) return text
  throw new Error('WATCHBILL_PUBLIC_URL must be an origin such as https://watchbill.example.org')
}

/** Headers that the platform itself writes, and only on that platform: anybody could send them elsewhere. */
const addressOf: (request: Request, env: EdgeEnv) => ReturnType<Deps['addressOf']> = (request, env) => {
  if (env.VERCEL === '1') return request.headers.get('x-real-ip')
  return 'cf' in request ? request.headers.get('cf-connecting-ip') : null
}
