import { Fault } from '@watchbill/contract/fault'
import type { IngestWrite } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { keyActor, personActor } from '../identity/actor.ts'
import { idleMs, readSessionCookie } from '../identity/cookie.ts'
import {
  findKeyByHash,
  findSession,
  type KeyRow,
  listWorkspaces,
  type SessionRow,
  touchKey,
  touchSession,
} from '../identity/store.ts'
import { hashToken, parseToken, sameHash } from '../identity/token.ts'
import { createProbeMemory } from './auth-memory.ts'
import type { Actor } from './handler.ts'

export type Authenticate = (request: Request, now: number) => Promise<Actor | null>

/** Use of a credential is written down at most this often. */
const touchEveryMs = 60_000

/**
 * Who asks: a bearer key, or a browser session by cookie; null when no credential came along.
 * Throws Fault `unauthenticated` for one that is malformed, unknown, expired or revoked.
 */
export const createAuthenticate = (deps: Deps): Authenticate => {
  const memory = createProbeMemory()
  return async (request, now) => {
    // Liveness never asks the database, not even who is there.
    if (new URL(request.url).pathname === '/livez') return null
    const header = request.headers.get('authorization')
    const secret = header === null ? readSessionCookie(request, deps.config.publicUrl) : bearerOf(header)
    if (secret === null) return null
    const hash = await hashToken(secret)
    const look = () => (header === null ? personOf(deps, hash, now) : keyOf(deps, secret, hash, now))
    return memory.through(request, hash, now, look)
  }
}

const bearerOf = (header: string): string => {
  const [, token] = /^Bearer +([^\s]+)$/i.exec(header) ?? []
  if (token === undefined) throw refusal('The Authorization header is not `Bearer <key>`.')
  if (!parseToken(token))
    throw refusal('This is not a Watchbill key: they read wb_<workspace>_<kind>_<secret>.')
  return token
}

const keyOf = async (deps: Deps, token: string, hash: string, now: number): Promise<Actor> => {
  const row = await findKeyByHash(deps.installation, hash)
  const parts = parseToken(token)
  if (!row || !sameHash(row.hash, hash) || row.workspace !== parts?.workspace) {
    throw refusal('This key is not known here.')
  }
  if (row.revokedAt !== null) throw refusal(revokedReason[row.kind], mends[row.kind])
  if (row.expiresAt !== null && row.expiresAt <= now) {
    throw refusal(`This credential expired at ${new Date(row.expiresAt).toISOString()}.`, mends[row.kind])
  }
  if ((row.lastUsedAt ?? 0) <= now - touchEveryMs) await touch(deps, touchKey(row.workspace, row.id, now))
  return keyActor(row)
}

const revokedReason: Record<KeyRow['kind'], string> = {
  key: 'This key was revoked.',
  machine: 'This machine credential was revoked.',
  enrollment: 'This enrolment token was already used, or was revoked; each joins one machine.',
}

const personOf = async (deps: Deps, hash: string, now: number): Promise<Actor> => {
  const row = await findSession(deps.installation, 'hash', hash)
  if (!row || !sameHash(row.hash, hash)) throw signInAgain('This session is not known here.')
  requireLive(row, now)
  if (row.lastUsedAt <= now - touchEveryMs) await touch(deps, touchSession(row.hash, now))
  return personActor(row, await listWorkspaces(deps.installation))
}

const requireLive = (row: SessionRow, now: number): void => {
  if (row.revokedAt !== null) throw signInAgain('You signed out of this session.')
  if (row.expiresAt <= now) throw signInAgain('This session is over: it lasts 7 days at most.')
  if (row.lastUsedAt + idleMs <= now) throw signInAgain('This session is over: 12 hours went by without use.')
}

/** Last use is telemetry: failing to write it must not turn away a good credential. */
const touch = async (deps: Deps, write: IngestWrite): Promise<void> => {
  try {
    await deps.ingest(write)
  } catch (error) {
    deps.log({
      level: 'warn',
      msg: 'last use not written',
      error: error instanceof Error ? error.name : 'unknown',
    })
  }
}

const makeKey = 'Make a key with `watchbill key create --scope <scope>`.'
const addMachine = 'Get a new one under Settings, "Add a machine".'
const mends: Record<KeyRow['kind'], string> = { key: makeKey, machine: addMachine, enrollment: addMachine }

const refusal = (detail: string, mend = makeKey) => new Fault('unauthenticated', detail, { mend })

const signInAgain = (detail: string) =>
  new Fault('unauthenticated', detail, { mend: 'Open a new link from `watchbill sign-in`.' })
