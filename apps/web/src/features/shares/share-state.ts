import type { Share } from '@watchbill/contract/shares'
import { isPast } from '../../lib/server-clock.ts'

/** What it is good for now: an open one ends by the clock, no request is needed. `now` is server time, ms. */
export function shareStateBy(
  { state, expiresAt }: Pick<Share, 'state' | 'expiresAt'>,
  now: number,
): Share['state'] {
  return state === 'open' && isPast(expiresAt, now) ? 'expired' : state
}

const times = (count: number) => (count === 1 ? 'once' : `${count.toLocaleString('en-US')} times`)

/** "2 links are open; they were opened 14 times". */
export function sharesSentence(
  shares: readonly Pick<Share, 'state' | 'expiresAt' | 'opened'>[],
  now: number,
): string {
  if (shares.length === 0) return 'No link shows anything of this log'
  const open = shares.filter((share) => shareStateBy(share, now) === 'open')
  if (open.length === 0) return 'No link is open now'
  const opened = open.reduce((sum, share) => sum + share.opened, 0)
  if (open.length === 1)
    return `1 link is open; ${opened === 0 ? 'nobody opened it yet' : `it was opened ${times(opened)}`}`
  const said = opened === 0 ? 'nobody opened one yet' : `they were opened ${times(opened)}`
  return `${open.length.toLocaleString('en-US')} links are open; ${said}`
}
