import { join } from 'node:path'
import { buildSync } from 'esbuild'

/** What the contract and the pages say in the browser; a name that is missing here fails the build. */
const names = [
  '_default',
  'array',
  'boolean',
  'config',
  'enum',
  'int',
  'literal',
  'maximum',
  'maxLength',
  'minimum',
  'minLength',
  'null',
  'nullable',
  'number',
  'object',
  'optional',
  'record',
  'refine',
  'regex',
  'strictObject',
  'string',
  'union',
  'unknown',
] as const

/**
 * Turbopack keeps all of zod's core once `z.*` is imported; esbuild keeps the third the contract names. 9 kB gz of the
 * fleet page's budget (DESIGN §9). Returns the bundle's path relative to `folder`.
 */
export function bundleZod(folder: string): string {
  const path = 'dist/browser-zod.mjs'
  buildSync({
    stdin: { contents: `export { ${names.join(', ')} } from 'zod/mini'`, resolveDir: folder },
    bundle: true,
    format: 'esm',
    target: 'es2022',
    outfile: join(folder, path),
    logLevel: 'error',
  })
  return `./${path}`
}
