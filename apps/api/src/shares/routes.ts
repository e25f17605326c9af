import type { ActorRef } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { type CallContext, type Handlers, WithHeaders } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { createLimiter } from '../identity/limiter.ts'
import { coverPage } from './cover.ts'
import { previewShare } from './preview.ts'
import { createDocumentReading, readProofs } from './reading.ts'
import { nothingPage, tooManyPage } from './refusals.ts'
import { createShare, getShare, listShares, removeShare } from './service.ts'
import { visitCookie } from './visit-cookie.ts'
import { createOpening } from './visits.ts'

type Managing = 'postShare' | 'previewShare' | 'listShares' | 'getShare' | 'removeShare'
type Visiting = 'readShareCover' | 'openShare' | 'readShare' | 'readShareProofs'

/** Links that show entries to outsiders: for those who make them, and for those who have them. */
export const shareHandlers = (deps: Deps): Handlers<Managing | Visiting> => ({
  ...managingHandlers(deps),
  ...visitingHandlers(deps),
})

const callOf = ({ workspace, actor, now }: CallContext) => {
  const by: ActorRef = { kind: actor.kind, id: actor.id }
  return { workspace, actor: by, now }
}

const managingHandlers = (deps: Deps): Handlers<Managing> => ({
  postShare: async ({ body }, context) =>
    new WithHeaders(await createShare(deps, callOf(context), body), { 'cache-control': 'no-store' }),
  previewShare: ({ body }, { workspace, now }) => previewShare(deps, workspace, body.scope, now),
  listShares: async (_input, { workspace, now }) => ({
    shares: await listShares(deps, workspace, now),
    now: instant(now),
  }),
  getShare: async ({ params }, { workspace, now }) => ({
    share: await getShare(deps, workspace, params.id, now),
    now: instant(now),
  }),
  removeShare: async ({ params }, context) => {
    await removeShare(deps, callOf(context), params.id)
    return undefined
  },
})

/** Links that do not open, a minute and address: with 256 bits to guess, more is no guessing but a flood. */
const mostFailures = 20

const visitingHandlers = (deps: Deps): Handlers<Visiting> => {
  const limiter = createLimiter(mostFailures)
  const open = createOpening(deps)
  const readDocument = createDocumentReading(deps)
  return {
    readShareCover: () => coverPage(),
    openShare: async ({ params }, { request, now }) => {
      const address = deps.addressOf(request) ?? 'unknown'
      const waitSeconds = limiter.take(address, now)
      if (waitSeconds > 0) return tooManyPage(waitSeconds)
      const opened = await open(params.token, now)
      if (opened === null) return nothingPage()
      limiter.refund(address, now)
      return onwards(deps, opened.share, opened.secret)
    },
    readShare: ({ params, query }, { request, now }) => readDocument(request, params.id, query, now),
    readShareProofs: ({ params }, { request, now }) => readProofs(deps, request, params.id, now),
  }
}

/** To an address without the token; the fragment goes along (RFC 9110 §10.2.2). */
const onwards = ({ config }: Deps, share: string, secret: string): Response =>
  new Response(null, {
    status: 303,
    headers: {
      location: `/s/open/${share}`,
      'set-cookie': visitCookie(config.publicUrl, share, secret),
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
    },
  })
