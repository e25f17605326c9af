import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'
import { WorkspaceId } from './values.ts'

const params = z.strictObject({ workspace: WorkspaceId })

/**
 * The log as any C2SP client reads it (tlog-tiles). Anyone may, where the log is published; else a credential with
 * `audit:read` for that workspace, which the handlers ask for: the workspace stands in the path.
 */
export const log = {
  readCheckpoint: endpoint({
    method: 'GET',
    path: '/log/:workspace/checkpoint',
    scope: null,
    summary: 'The newest checkpoint, signed (C2SP tlog-checkpoint)',
    params,
    reply: 'text',
  }),
  readTile: endpoint({
    method: 'GET',
    // `tile/<L>/<N>[.p/<W>]` and `tile/entries/<N>[.p/<W>]`, N in groups of three digits.
    path: '/log/:workspace/tile/:path{.+}',
    scope: null,
    summary: 'A tile of hashes or a bundle of entries (C2SP tlog-tiles)',
    params: z.strictObject({ workspace: WorkspaceId, path: z.string().check(z.maxLength(120)) }),
    reply: 'bytes',
  }),
  readLogKeys: endpoint({
    method: 'GET',
    path: '/log/:workspace/keys',
    scope: null,
    summary: 'Verifier keys of the log, one a line, oldest first; believe those you were given elsewhere',
    params,
    reply: 'text',
  }),
  readLogKeyPath: endpoint({
    method: 'GET',
    path: '/log/:workspace/key-path',
    scope: null,
    summary:
      'How one key of the log leads to the next: proven `key.added` entries, separated by lines of ---',
    params,
    reply: 'text',
  }),
}
