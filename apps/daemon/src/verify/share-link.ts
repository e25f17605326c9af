import { evidence } from '@watchbill/ledger'
import { createOutbound } from '../outbound/outbound.ts'
import { OutboundError } from '../outbound/outbound-error.ts'
import { allowanceOf } from '../outbound/target.ts'

/** A share link, taken apart. */
export interface ShareLink {
  /** Without the part that is the reader's alone. */
  readonly url: string
  /** For people: without the token, which opens it. */
  readonly shown: string
  /** Key and tree that the link names; null when nothing stands behind a `#`. */
  readonly pin: evidence.Pin | null
}

/** Not a pin behind the `#`: most likely the link was not copied whole. */
export class PinError extends Error {
  override readonly name = 'PinError'
}

/** Expired, revoked or mistyped: the server does not tell which. */
export class ClosedLinkError extends Error {
  override readonly name = 'ClosedLinkError'
}

/** The document of a link that was opened. */
export interface OpenedShare {
  /** Its HTML; with what proves that the log goes on from `seen`, where a size is named. */
  read(seen: number | null): Promise<string>
}

/** A document of 5,000 entries takes some 10 MB. */
const limitBytes = 32 * 1024 * 1024
const timeoutMs = 60_000

/** Null for any other URL. Throws PinError. */
export const parseShareLink = (text: string): ShareLink | null => {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || !/^\/s\/[\w-]{1,200}$/.test(url.pathname) || url.search !== '') return null
  const { hash } = url
  const pin = evidence.parsePin(hash)
  if (hash !== '' && pin === null) throw new PinError('what stands behind the # is not a pin')
  url.hash = ''
  // A name of this machine that browsers know and Node does not (RFC 6761 §6.3).
  if (url.hostname.endsWith('.localhost')) url.hostname = '127.0.0.1'
  return { url: url.href, shown: `${url.origin}/s/…`, pin }
}

/**
 * Opens a link as a visitor's browser does: one POST, which is counted and recorded, one step to the address without the token.
 * Throws ClosedLinkError, and OutboundError where nobody answers as they should.
 */
export const openShare = async ({ url }: ShareLink): Promise<OpenedShare> => {
  const allowance = allowanceOf(url)
  const outbound = createOutbound({ allow: allowance === null ? [] : [allowance], now: Date.now })
  const { status, location, cookies } = await outbound.post(url, { timeoutMs, limitBytes: 1024 * 1024 })
  if (status === 404) throw new ClosedLinkError('the link does not open')
  if (status === 429) throw new Error('the server asks to wait: too many links that do not open were tried')
  if (location === null || cookies.length === 0) throw notAShare(status)
  const headers = { cookie: cookies.join('; '), accept: 'text/html' }
  return {
    read: async (seen) => {
      const at = new URL(location)
      if (seen !== null) at.searchParams.set('seen', String(seen))
      const answer = await outbound.get(at.href, { headers, timeoutMs, limitBytes })
      if (answer.status === 404) throw new ClosedLinkError('the link was closed meanwhile')
      if (answer.status !== 200) throw notAShare(answer.status)
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(answer.bytes)
    },
  }
}

const notAShare = (status: number): OutboundError =>
  new OutboundError('broken', `the server answers ${status}, and not as a share link does`)
