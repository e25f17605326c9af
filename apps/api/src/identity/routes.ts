import { Fault } from '@watchbill/contract/fault'
import type { ActorRef } from '../db/write.ts'
import type { Deps } from '../deps.ts'
import { type Actor, type Handlers, WithHeaders } from '../http/handler.ts'
import { forgetSession, sessionCookie } from './cookie.ts'
import { createEnrollment, joinMachine } from './enrollment.ts'
import { instant } from './instant.ts'
import { createKey, listKeys, removeKey, requireGrantable } from './keys.ts'
import { createLimiter } from './limiter.ts'
import { getSelf, signOut } from './service.ts'
import { signIn } from './sign-in.ts'
import { removeWorkspace } from './workspace.ts'

type Names =
  | 'signIn'
  | 'getSelf'
  | 'signOut'
  | 'listKeys'
  | 'createKey'
  | 'removeKey'
  | 'createEnrollment'
  | 'joinMachine'
  | 'removeWorkspace'

const refOf = (actor: Actor): ActorRef => ({ kind: actor.kind, id: actor.id })

/** Who may come in, and with what: sign-in, keys, enrolment, the demo workspace's end. */
export const identityHandlers = (deps: Deps): Handlers<Names> => ({
  ...personHandlers(deps),
  listKeys: async (_input, { workspace, now }) => ({
    keys: await listKeys(deps, workspace),
    now: instant(now),
  }),
  createKey: async ({ body }, { actor, workspace, now }) => {
    requireGrantable(actor, body, now)
    const made = await createKey(deps, workspace, refOf(actor), body, now)
    return new WithHeaders(made, { 'cache-control': 'no-store' })
  },
  removeKey: async ({ params }, { actor, workspace, now }) => {
    await removeKey(deps, workspace, refOf(actor), params.id, now)
    return undefined
  },
  createEnrollment: async ({ body }, { actor, workspace, now }) => {
    const made = await createEnrollment(deps, workspace, refOf(actor), body.ttlSeconds, now)
    return new WithHeaders(made, { 'cache-control': 'no-store' })
  },
  joinMachine: async ({ body }, context) =>
    new WithHeaders(await joinMachine(deps, context, body), { 'cache-control': 'no-store' }),
  removeWorkspace: async ({ params }, { actor }) => {
    await removeWorkspace(deps, refOf(actor), actor.workspaces, params.id)
    return undefined
  },
})

const personHandlers = (deps: Deps): Handlers<'signIn' | 'getSelf' | 'signOut'> => {
  const limiter = createLimiter()
  return {
    signIn: async ({ body }, { now, request }) => {
      const address = deps.addressOf(request) ?? 'unknown'
      const waitSeconds = limiter.take(address, now)
      if (waitSeconds > 0) throw tooMany(waitSeconds)
      const { actor, secret } = await signIn(deps, body.token, now)
      limiter.refund(address, now)
      const self = await getSelf(deps, actor, actor.workspaces[0] ?? 'default', now)
      return new WithHeaders(self, {
        'set-cookie': sessionCookie(request, deps.config.publicUrl, secret),
        'cache-control': 'no-store',
      })
    },
    getSelf: async (_input, { actor, workspace, now }) => getSelf(deps, actor, workspace, now),
    signOut: async (_input, context) => {
      await signOut(deps, context)
      return new WithHeaders(undefined, { 'set-cookie': forgetSession })
    },
  }
}

const tooMany = (retryAfterSeconds: number) =>
  new Fault('rate_limited', 'Too many sign-in attempts from this address; five a minute are heard.', {
    retryAfterSeconds,
    mend: `Wait ${retryAfterSeconds} s, then open the newest link.`,
  })
