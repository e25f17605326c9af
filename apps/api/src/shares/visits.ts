import { Fault } from '@watchbill/contract/fault'
import { createTurns } from '../db/turns.ts'
import { GuardFailed } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { hashToken, newSecret, sameHash } from '../identity/token.ts'
import { stateOf } from './service.ts'
import { countRefusal, countVisit, findShare, findShareByToken, type ShareRow } from './store.ts'
import { readVisitCookie, visitMs } from './visit-cookie.ts'
import { findVisit, insertVisit } from './visit-store.ts'

export interface Opened {
  readonly share: string
  /** For the cookie. */
  readonly secret: string
}

/** Others who open the same link at the same moment; each of them is a visit with a number of its own. */
const attempts = 20

/** Opens a link by its token: counted, and on record before anybody sees anything. Null for one that is not open. */
export const createOpening = (deps: Deps) => {
  const inTurn = createTurns()
  return async (token: string, now: number): Promise<Opened | null> => {
    const hash = await hashToken(token)
    // At the edge a request may not wait for another one's query.
    const opened =
      deps.config.runtime === 'edge'
        ? await open(deps, hash, now)
        : await inTurn(hash, () => open(deps, hash, now))
    if (opened === null) await refuse(deps, hash)
    return opened
  }
}

const open = async (deps: Deps, hash: string, now: number): Promise<Opened | null> => {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const share = await findShareByToken(deps.installation, hash)
    if (share === null || !sameHash(share.tokenHash, hash) || stateOf(share, now) !== 'open') return null
    try {
      return await admitVisit(deps, share, now)
    } catch (error) {
      if (!(error instanceof GuardFailed)) throw error
    }
  }
  throw new Fault('unavailable', 'Too many open this link at once.', { retryAfterSeconds: 1 })
}

const admitVisit = async (deps: Deps, share: ShareRow, now: number): Promise<Opened> => {
  const { workspace, id } = share
  const secret = newSecret(deps.randomBytes)
  const visit = { hash: await hashToken(secret), workspace, share: id, expiresAt: now + visitMs }
  const actor = { kind: 'visitor', id } as const
  const data = { share: id, visit: share.opened + 1 }
  await deps.record(
    { type: 'share.opened', workspace, actor, data },
    countVisit(share, now),
    insertVisit(visit),
  )
  return { share: id, secret }
}

/**
 * The same statement whether the token was ever known, and on Node nobody waits for it: neither what is said nor how long it
 * takes tells a dead link from a guess.
 */
const refuse = async (deps: Deps, hash: string): Promise<void> => {
  const counting = deps.ingest(countRefusal(hash)).catch((error: unknown) => {
    const reason = error instanceof Error ? error.name : 'unknown'
    deps.log({ level: 'warn', msg: 'refused visit of a share not counted', error: reason })
  })
  // Where no process is ours, what runs behind the answer may never finish.
  if (deps.config.runtime === 'edge') await counting
}

/** The share that this browser opened and that is still open, looked at anew each time; else null. */
export const findOpenedShare = async (
  deps: Pick<Deps, 'dbFor' | 'installation' | 'config'>,
  request: Request,
  id: string,
  now: number,
): Promise<ShareRow | null> => {
  const secret = readVisitCookie(request, deps.config.publicUrl, id)
  if (secret === null) return null
  const hash = await hashToken(secret)
  const visit = await findVisit(deps.installation, hash)
  if (visit === null || !sameHash(visit.hash, hash) || visit.share !== id || visit.expiresAt <= now)
    return null
  const share = await findShare(deps.dbFor(visit.workspace), visit.workspace, id)
  return share !== null && stateOf(share, now) === 'open' ? share : null
}
