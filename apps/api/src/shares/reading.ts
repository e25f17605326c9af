import { createTurns } from '../db/turns.ts'
import type { Deps } from '../deps.ts'
import { acceptsGzip, gzipped } from '../log/gzip.ts'
import { documentPolicy, formatDocument } from './document.ts'
import { readEvidence } from './evidence.ts'
import { pageHeaders } from './page.ts'
import { openProofs } from './proofs.ts'
import { lostPage, nothingPage } from './refusals.ts'
import type { ShareRow } from './store.ts'
import { mayTell, queryOf } from './told-query.ts'
import { findOpenedShare } from './visits.ts'

type Reading = Pick<Deps, 'dbFor' | 'installation' | 'config' | 'now'>

interface Query {
  readonly download?: '1' | undefined
  readonly at?: string | undefined
  readonly seen?: string | undefined
}

/**
 * The document of a link this browser opened; asked anew each time whether it still is open. Those of one link are made one
 * after the other: each holds all of its entries in memory.
 */
export const createDocumentReading = (deps: Reading) => {
  const inTurn = createTurns()
  return async (request: Request, id: string, query: Query, now: number): Promise<Response> => {
    const share = await findOpenedShare(deps, request, id, now)
    if (share === null) return nothingPage()
    const make = () => makeDocument(deps, share, query)
    const html = deps.config.runtime === 'edge' ? await make() : await inTurn(share.id, make)
    return html === null ? lostPage() : documentResponse(request, share, query, html)
  }
}

const documentResponse = async (
  request: Request,
  share: ShareRow,
  query: Query,
  html: string,
): Promise<Response> => {
  const headers = pageHeaders(await documentPolicy(), { vary: 'accept-encoding, cookie' })
  if (query.download === '1')
    headers.set('content-disposition', `attachment; filename="${fileOf(share)}.html"`)
  if (!acceptsGzip(request)) return new Response(html, { headers })
  headers.set('content-encoding', 'gzip')
  return new Response(await gzipped(new TextEncoder().encode(html)), { headers })
}

const makeDocument = async (deps: Reading, share: ShareRow, { at, seen }: Query): Promise<string | null> => {
  const disclosure = await readEvidence(deps, share, { at: sizeOf(at), seen: sizeOf(seen) })
  if (disclosure === null) return null
  const occasion = {
    publicUrl: deps.config.publicUrl,
    file: `${fileOf(share)}.html`,
    content: share.content,
    queryHidden: !mayTell(queryOf(share), share),
  }
  try {
    return await formatDocument(disclosure, occasion)
  } catch (error) {
    // What was written over the stored entries is no evidence at all.
    if (error instanceof RangeError) return null
    throw error
  }
}

const sizeOf = (text: string | undefined): number | null => {
  const size = Number(text)
  return text !== undefined && Number.isSafeInteger(size) ? size : null
}

/** Without a word of what is inside: file names travel further than files. */
const fileOf = ({ workspace, id }: ShareRow): string => `${workspace}-${id.slice(4, 12)}`

/** The same entries, each proving itself. */
export const readProofs = async (
  deps: Reading,
  request: Request,
  id: string,
  now: number,
): Promise<Response> => {
  const share = await findOpenedShare(deps, request, id, now)
  if (share === null) return nothingPage()
  const archive = await openProofs(deps, share)
  if (archive === null) return lostPage()
  return new Response(archive, {
    headers: {
      'content-type': 'application/x-tar',
      'content-disposition': `attachment; filename="${fileOf(share)}.tlog-proof.tar"`,
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex, nofollow',
    },
  })
}
