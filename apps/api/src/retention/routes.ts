import { Fault } from '@watchbill/contract/fault'
import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { hashToken, sameHash } from '../identity/token.ts'
import { sealAll } from '../seal/loop.ts'
import { prune } from './prune.ts'

/** Where no process of ours keeps time, a scheduler calls. Running it twice is harmless. */
export const retentionHandlers = (deps: Deps): Handlers<'runRetention'> => ({
  runRetention: async (_input, { request, now }) => {
    await requireScheduler(request, deps.config.cronSecret)
    const pruned = await prune(deps, now)
    await sealAll(deps)
    return { ...pruned }
  },
})

/** TRUST BOUNDARY: the hashes are compared, so neither length nor prefix of the secret shows in the time taken. */
const requireScheduler = async (request: Request, secret: string | null): Promise<void> => {
  const given = /^Bearer (.{1,500})$/.exec(request.headers.get('authorization') ?? '')?.[1]
  const known =
    given !== undefined && secret !== null && sameHash(await hashToken(given), await hashToken(secret))
  if (known) return
  const mend = 'Set CRON_SECRET here and give the scheduler the same value.'
  throw new Fault(
    'unauthenticated',
    'only the scheduler may call this, with CRON_SECRET as its bearer token',
    { mend },
  )
}
