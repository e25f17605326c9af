import * as z from 'zod/mini'
import { endpoint } from './endpoint.ts'

export const install = {
  getInstaller: endpoint({
    method: 'GET',
    path: '/install',
    scope: null,
    reply: 'text',
    runtime: 'node',
    summary: 'A POSIX sh script that installs the daemon from here, enrols it and starts it; holds no secret',
  }),
  getProgram: endpoint({
    method: 'GET',
    path: '/install/watchbill.tgz',
    scope: null,
    query: z.strictObject({
      sha256: z.optional(z.string().check(z.regex(/^[0-9a-f]{64}$/, 'must be a SHA-256 digest in hex'))),
    }),
    reply: 'bytes',
    runtime: 'node',
    summary: 'The daemon as an npm-style tarball; with its digest in the query it never changes',
  }),
}
