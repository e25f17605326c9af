import { Fault } from '@watchbill/contract/fault'
import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { programOrigin } from './origin.ts'
import type { Program } from './program.ts'
import { installScript } from './script.ts'

/** The daemon from the control plane itself. Anyone may read both: neither holds a secret. */
export const installHandlers = (deps: Deps): Handlers<'getInstaller' | 'getProgram'> => ({
  getInstaller: async () => {
    const { sha256 } = requireProgram(deps)
    const { publicUrl, version } = deps.config
    const script = installScript({ origin: programOrigin(publicUrl), sha256, version })
    // text/plain, so that a browser shows it: it is meant to be read before it is run.
    return new Response(script, { headers: { 'content-type': 'text/plain; charset=utf-8' } })
  },
  getProgram: async ({ query }, { request }) => answerProgram(request, requireProgram(deps), query.sha256),
})

const requireProgram = ({ program }: Deps): Program => {
  if (program !== undefined && program !== null) return program
  throw new Fault(
    'unavailable',
    'this control plane was built without the daemon, so it cannot hand it out',
    {
      mend: 'Build it whole (`npm run build`) and start it again.',
    },
  )
}

/** Named by its digest it may be kept for ever; without, it is asked for again each time. */
const answerProgram = (request: Request, program: Program, asked: string | undefined): Response => {
  if (asked !== undefined && asked !== program.sha256) {
    throw new Fault('gone', 'that build of the daemon was replaced by a newer one', {
      mend: 'Fetch /install again: it names the newest.',
    })
  }
  const etag = `"${program.sha256}"`
  const keep = asked === undefined ? 'public, no-cache' : 'public, max-age=31536000, immutable'
  const headers = { etag, 'cache-control': keep, 'content-type': 'application/gzip' }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
  return new Response(program.bytes, {
    headers: { ...headers, 'content-length': String(program.bytes.byteLength) },
  })
}
