import type { Deps } from '../deps.ts'
import type { Handlers } from '../http/handler.ts'
import { instant } from '../identity/instant.ts'
import { bodyOf } from './body.ts'
import { type ExportFormat, openExport } from './service.ts'

const contentTypes: Readonly<Record<ExportFormat, string>> = {
  csv: 'text/csv; charset=utf-8; header=present',
  jsonl: 'application/jsonl; charset=utf-8',
}

export const exportHandlers = (deps: Deps): Handlers<'exportEntries'> => ({
  exportEntries: async ({ query: { q, format = 'jsonl' } }, context) => {
    const { count, text } = await openExport(deps, context, q, format)
    const stamp = instant(context.now).slice(0, 19).replaceAll(':', '')
    return new Response(bodyOf(deps, context, text), {
      headers: {
        'content-type': contentTypes[format],
        'content-disposition': `attachment; filename="${context.workspace}-${stamp}Z.${format}"`,
        'watchbill-total': String(count),
        // Proxies that buffer by default would hold back pieces, and memory.
        'cache-control': 'no-store, no-transform',
        'x-accel-buffering': 'no',
      },
    })
  },
})
