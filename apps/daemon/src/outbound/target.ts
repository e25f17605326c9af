import { isIP } from 'node:net'
import { type Reach, reachOf } from './address.ts'
import { OutboundError } from './outbound-error.ts'

/** One host and port of the machine's own config that may be asked although it is not public. */
export interface Allowance {
  /** As a URL spells it, lower case, v6 without brackets. */
  readonly host: string
  readonly port: number
  /** `loopback`: may lead there only. `private`: to a private network, too; metadata and reserved ranges never. */
  readonly reach: 'loopback' | 'private'
}

/** A checked URL, taken apart. */
export interface Target {
  readonly url: URL
  readonly host: string
  readonly port: number
  readonly secure: boolean
}

/** Throws OutboundError `url` for anything but a plain http(s) URL; it never repeats the URL, which may hold a secret. */
export const targetOf = (text: string): Target => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null) throw new OutboundError('url', 'not a URL')
  const secure = url.protocol === 'https:'
  if (!secure && url.protocol !== 'http:') throw new OutboundError('url', 'neither http nor https')
  if (url.username !== '' || url.password !== '') throw new OutboundError('url', 'credentials in the URL')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  return { url, host, port: Number(url.port) || (secure ? 443 : 80), secure }
}

/** Is this the machine itself, by its spelling alone? `localhost` is trusted no further than to lead to loopback. */
export const isLoopbackHost = (host: string): boolean =>
  host === 'localhost' || (isIP(host) !== 0 && reachOf(host) === 'loopback')

/** What an explicit URL in the machine's own config allows by itself: a loopback host, exactly that port. Else null. */
export const allowanceOf = (text: string): Allowance | null => {
  const { host, port } = targetOf(text)
  return isLoopbackHost(host) ? { host, port, reach: 'loopback' } : null
}

/** May this target be reached at this address? Throws OutboundError `address`. */
export const requireAllowed = (target: Target, address: string, allow: readonly Allowance[]): void => {
  const reach = reachOf(address)
  if (reach === 'public') return
  const allowed = allow.some(
    ({ host, port, reach: most }) =>
      host === target.host && port === target.port && within[most].includes(reach),
  )
  if (!allowed) throw new OutboundError('address', `${reach} address refused`)
}

const within: { readonly [K in Allowance['reach']]: readonly Reach[] } = {
  loopback: ['loopback'],
  private: ['loopback', 'private'],
}
