import type { Deps } from '../deps.ts'
import type { CallContext, Handlers } from '../http/handler.ts'
import { acceptsGzip, gzipped } from './gzip.ts'
import { readCheckpoint, readLogKeyPath, readLogKeys, readTile } from './service.ts'

export const logHandlers = (
  deps: Deps,
): Handlers<'readCheckpoint' | 'readTile' | 'readLogKeys' | 'readLogKeyPath'> => ({
  readCheckpoint: async ({ params }, { actor }) => {
    const { published, body } = await readCheckpoint(deps, params.workspace, actor)
    // A monitor that asks every second costs one query a second, however many ask.
    const headers = headersFor(published, 'text/plain; charset=utf-8', 'max-age=1')
    return new Response(body.note, { headers })
  },
  readTile: async ({ params: { workspace, path } }, { actor, request }) => {
    const asked = isCanonical(request, `/log/${workspace}/tile/${path}`) ? path : ''
    const { published, body } = await readTile(deps, workspace, asked, actor)
    const headers = headersFor(published, 'application/octet-stream', 'max-age=31536000, immutable')
    return body.kind === 'entries'
      ? formatBundle(body.bytes, headers, request)
      : new Response(copyOf(body.bytes), { headers })
  },
  readLogKeys: async ({ params }, { actor }) => textOf(await readLogKeys(deps, params.workspace, actor)),
  readLogKeyPath: async ({ params }, { actor }) =>
    textOf(await readLogKeyPath(deps, params.workspace, actor)),
})

const textOf = ({ published, body }: { published: boolean; body: string }): Response =>
  new Response(body, { headers: headersFor(published, 'text/plain; charset=utf-8', 'max-age=1') })

/** One address for one tile: percent-encoded spellings of it are none. */
const isCanonical = (request: CallContext['request'], path: string): boolean =>
  new URL(request.url).pathname === path

const headersFor = (published: boolean, type: string, cache: string): Headers =>
  published
    ? new Headers({
        'content-type': type,
        'cache-control': `public, ${cache}`,
        // Published is for everyone, monitors in browsers included; credentials play no part.
        'access-control-allow-origin': '*',
      })
    : new Headers({
        'content-type': type,
        'cache-control': `private, ${cache}`,
        vary: 'authorization, cookie',
      })

/** C2SP tlog-tiles: bundles SHOULD be served compressed; hashes do not compress. */
const formatBundle = async (bytes: Uint8Array, headers: Headers, request: Request): Promise<Response> => {
  headers.append('vary', 'accept-encoding')
  if (!acceptsGzip(request)) return new Response(copyOf(bytes), { headers })
  headers.set('content-encoding', 'gzip')
  return new Response(await gzipped(bytes), { headers })
}

/** A Response takes bytes over an ArrayBuffer of their own. */
const copyOf = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes)
