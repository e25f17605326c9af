import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

const sizeOf = async (contents: string): Promise<number> => {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: new URL('..', import.meta.url).pathname },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length
}

it('is small enough to load with a page', async () => {
  const bar = await sizeOf(`export { completeQuery, formatQuery, parseQuery } from './audit-query.ts'`)
  const all = await sizeOf(`export * from './audit-query.ts'`)
  console.info(`audit query: ${bar} bytes gzipped to read, write and complete, ${all} in all`)
  expect(bar).toBeLessThanOrEqual(7700)
  expect(all).toBeLessThanOrEqual(9500)
})
