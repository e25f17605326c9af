import { Fault } from '@watchbill/contract/fault'
import openapi from '@watchbill/contract/openapi.json' with { type: 'json' }
import type { Deps } from '../deps.ts'
import type { Actor, CallContext, Handlers } from '../http/handler.ts'
import { checkNames } from './checks.ts'
import { type Audience, probeResponse } from './format.ts'
import { renderMetrics } from './metrics.ts'
import { createReadiness } from './readiness.ts'

type Names = 'getLivez' | 'getReadyz' | 'getReadyzCheck' | 'getMetrics' | 'getOpenapi'

interface ProbeQuery {
  readonly verbose?: string | undefined
  readonly exclude?: string | undefined
}

/** Is it alive, can it work, how busy is it, and what can be asked. */
export const probeHandlers = (deps: Deps): Handlers<Names> => {
  const readiness = createReadiness(deps)
  const audience = (context: CallContext<Actor | null>, query: ProbeQuery): Audience => ({
    detail: context.actor?.scopes.has('probe:read') ?? false,
    verbose: query.verbose !== undefined,
    build: { version: deps.config.version, releaseId: deps.config.releaseId },
  })
  return {
    getLivez: async ({ query }, context) =>
      probeResponse(
        context.request,
        { name: 'livez', checks: [], excluded: [], unknown: [] },
        audience(context, query),
      ),
    getReadyz: async ({ query }, context) => {
      const asked = readExcluded(query.exclude)
      const excluded = asked.filter(isCheck)
      const unknown = asked.filter((name) => !isCheck(name))
      const report = { name: 'readyz', checks: await readiness.observe(), excluded, unknown }
      return probeResponse(context.request, report, audience(context, query))
    },
    getReadyzCheck: async ({ params, query }, context) => {
      if (!isCheck(params.check)) {
        throw new Fault('not_found', `no such check; there are ${checkNames.join(', ')}`)
      }
      const checks = (await readiness.observe()).filter((check) => check.name === params.check)
      const report = { name: `readyz/${params.check}`, checks, excluded: [], unknown: [] }
      return probeResponse(context.request, report, audience(context, query))
    },
    getMetrics: async (_input, { actor, now }) =>
      new Response(await renderMetrics(deps, readiness, actor, now), {
        headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' },
      }),
    getOpenapi: async (_input, { request }) => answerOpenapi(request, deps.config.releaseId),
  }
}

const isCheck = (name: string): boolean => (checkNames as readonly string[]).includes(name)

/** The query adapter joins a repeated `exclude` with commas. */
const readExcluded = (text = ''): string[] => [...new Set(text.split(',').filter((name) => name !== ''))]

/** The committed document, as committed. It changes with the build alone, so the build is its validator. */
const answerOpenapi = (request: Request, releaseId: string): Response => {
  const etag = `"openapi-${releaseId.replaceAll(/[^\w.-]/g, '')}"`
  const headers = { 'content-type': 'application/json', etag, 'cache-control': 'public, no-cache' }
  if (request.headers.get('if-none-match') === etag) return new Response(null, { status: 304, headers })
  return new Response(`${JSON.stringify(openapi, null, 2)}\n`, { headers })
}
