import { Fault } from '@watchbill/contract/fault'
import { newId } from '@watchbill/contract/ids'
import { GuardFailed } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../http/handler.ts'
import { personActor } from './actor.ts'
import { sessionMs } from './cookie.ts'
import { instant } from './instant.ts'
import {
  dropOldSignInTokens,
  findSignInToken,
  insertSession,
  insertSignInToken,
  listWorkspaces,
  redeemSignInToken,
  type SessionRow,
} from './store.ts'
import { hashToken, newSecret } from './token.ts'

/** Life of a sign-in link. */
export const signInMs = 15 * 60_000

const mend = 'Make a new link on the server with `watchbill sign-in`; each works once, for 15 minutes.'

/** A one-time sign-in token of this installation. Goes into a link's fragment, never into argv or a log. */
export const createSignIn = async (
  deps: Pick<Deps, 'record' | 'randomBytes'>,
  now: number,
): Promise<string> => {
  const token = newSecret(deps.randomBytes)
  const event = {
    type: 'signin.offered',
    workspace: 'default',
    actor: { kind: 'installation', id: 'console' },
    data: { expiresAt: instant(now + signInMs) },
  } as const
  await deps.record(
    event,
    dropOldSignInTokens(now),
    insertSignInToken(await hashToken(token), now, now + signInMs),
  )
  return token
}

/**
 * Trades a one-time token for a browser session; of two at once exactly one gets it.
 * Returns the cookie's secret. Throws `unauthenticated` for a token that is unknown, used or dead.
 */
export const signIn = async (
  deps: Deps,
  token: string,
  now: number,
): Promise<{ actor: Actor; secret: string }> => {
  const hash = await hashToken(token)
  const found = await findSignInToken(deps.installation, hash)
  if (!found) throw new Fault('unauthenticated', 'This sign-in link is not known here.', { mend })
  if (found.redeemedAt !== null) throw used()
  if (found.expiresAt <= now) throw new Fault('unauthenticated', 'This sign-in link has expired.', { mend })
  const secret = newSecret(deps.randomBytes)
  const session = await newSession(deps, secret, now)
  const event = {
    type: 'signin.redeemed',
    workspace: 'default',
    actor: { kind: 'person', id: session.id },
    data: { expiresAt: instant(session.expiresAt) },
  } as const
  try {
    await deps.record(event, redeemSignInToken(hash, now), insertSession(session))
  } catch (error) {
    throw error instanceof GuardFailed ? used() : error
  }
  const workspaces = await listWorkspaces(deps.installation)
  return { actor: personActor(session, workspaces), secret }
}

const used = () => new Fault('unauthenticated', 'This sign-in link was already used.', { mend })

const newSession = async (deps: Deps, secret: string, now: number): Promise<SessionRow> => ({
  hash: await hashToken(secret),
  id: newId('brs', now, deps.randomBytes(10)),
  name: 'Owner',
  createdAt: now,
  lastUsedAt: now,
  expiresAt: now + sessionMs,
  revokedAt: null,
})
