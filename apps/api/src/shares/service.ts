import { Fault } from '@watchbill/contract/fault'
import { newId } from '@watchbill/contract/ids'
import { type Share, type ShareScope, shareDefaultMs, shareLongestMs } from '@watchbill/contract/shares'
import { type ActorRef, GuardFailed } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { instant, instantOrNull } from '../identity/instant.ts'
import { hashToken, newSecret } from '../identity/token.ts'
import { requireRoom } from './content-room.ts'
import { formatLink } from './link.ts'
import { requireEntries, settleScope } from './scope.ts'
import { checkerText } from './script.ts'
import { findShare, insertShare, listShareRows, revokeShare, type ShareRow } from './store.ts'

export interface NewShare {
  readonly title: string
  readonly scope: ShareScope
  readonly redact: readonly string[]
  readonly content?: boolean | undefined
  readonly expiresAt?: string | undefined
}

/** Who asks, where and when. */
interface Call {
  readonly workspace: string
  readonly actor: ActorRef
  readonly now: number
}

/** Makes a link; its token is in the url and nowhere else. Throws Fault `invalid_request`, `conflict`, `unavailable`. */
export const createShare = async (
  deps: Deps,
  { workspace, actor, now }: Call,
  asked: NewShare,
): Promise<{ share: Share; url: string }> => {
  const expiresAt = expiryOf(asked.expiresAt, now)
  const scope = await settleScope(deps, workspace, asked.scope, now)
  requireEntries(scope)
  // A link that nobody could read is none.
  checkerText()
  const content = asked.content === true
  if (content) await requireRoom(deps, workspace, scope.places)
  const token = newSecret(deps.randomBytes)
  const url = await formatLink(deps, workspace, token, scope.frozen)
  const row: ShareRow = {
    workspace,
    id: newId('shr', now, deps.randomBytes(10)),
    tokenHash: await hashToken(token),
    title: asked.title.trim(),
    q: scope.q,
    range: scope.range,
    seqs: scope.range === null ? scope.places : null,
    count: scope.places.length,
    redacted: [...new Set(asked.redact)],
    content,
    epoch: scope.frozen.epoch,
    size: scope.frozen.size,
    createdBy: actor.id,
    createdAt: now,
    expiresAt,
    revokedAt: null,
    opened: 0,
    lastOpenedAt: null,
    refused: 0,
  }
  // `content: true` in the entry is what reading content is elsewhere: on record before anybody sees it.
  const data = { share: row.id, ...kindAndReach(row), expiresAt: instant(expiresAt) }
  await deps.record({ type: 'share.created', workspace, actor, data }, insertShare(row))
  return { share: viewShare(row, now), url }
}

const kindAndReach = ({ count, size, redacted, content, ...row }: ShareRow) =>
  ({ kind: kindOf(row), count, size, redacted, content }) as const

const kindOf = ({ range }: Pick<ShareRow, 'range'>) => (range === null ? 'selection' : 'range')

const expiryOf = (asked: string | undefined, now: number): number => {
  const at = asked === undefined ? now + shareDefaultMs : Date.parse(asked)
  if (at <= now) throw badExpiry('must be in the future')
  if (at > now + shareLongestMs) throw badExpiry('must be at most 366 days from now')
  return at
}

const badExpiry = (detail: string) =>
  new Fault('invalid_request', `expiresAt ${detail}`, { errors: [{ pointer: '/expiresAt', detail }] })

export const listShares = async (
  { dbFor }: Pick<Deps, 'dbFor'>,
  workspace: string,
  now: number,
): Promise<Share[]> => (await listShareRows(dbFor(workspace), workspace)).map((row) => viewShare(row, now))

/** Throws Fault `not_found`. */
export const getShare = async (
  deps: Pick<Deps, 'dbFor'>,
  workspace: string,
  id: string,
  now: number,
): Promise<Share> => viewShare(await requireShare(deps, workspace, id), now)

/** Dead at once. Revoking twice is one revocation and one entry. Throws Fault `not_found`. */
export const removeShare = async (
  deps: Pick<Deps, 'dbFor' | 'record'>,
  { workspace, actor, now }: Call,
  id: string,
): Promise<void> => {
  const { revokedAt } = await requireShare(deps, workspace, id)
  if (revokedAt !== null) return
  const event = { type: 'share.revoked', workspace, actor, data: { share: id } } as const
  try {
    await deps.record(event, revokeShare(workspace, id, now))
  } catch (error) {
    if (!(error instanceof GuardFailed)) throw error
  }
}

const requireShare = async (
  { dbFor }: Pick<Deps, 'dbFor'>,
  workspace: string,
  id: string,
): Promise<ShareRow> => {
  const row = await findShare(dbFor(workspace), workspace, id)
  if (row !== null) return row
  throw new Fault('not_found', `No share ${id} in workspace ${workspace}.`)
}

export const stateOf = (
  { revokedAt, expiresAt }: Pick<ShareRow, 'revokedAt' | 'expiresAt'>,
  now: number,
): Share['state'] => {
  if (revokedAt !== null) return 'revoked'
  return expiresAt <= now ? 'expired' : 'open'
}

const viewShare = (row: ShareRow, now: number): Share => ({
  id: row.id,
  title: row.title,
  ...kindAndReach(row),
  q: row.q,
  from: row.range?.from ?? null,
  to: row.range?.to ?? null,
  redacted: [...row.redacted],
  state: stateOf(row, now),
  createdBy: row.createdBy,
  createdAt: instant(row.createdAt),
  expiresAt: instant(row.expiresAt),
  revokedAt: instantOrNull(row.revokedAt),
  opened: row.opened,
  lastOpenedAt: instantOrNull(row.lastOpenedAt),
  refused: row.refused,
})
