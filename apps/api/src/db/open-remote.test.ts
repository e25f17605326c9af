import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { expect, it } from 'vitest'

it('is free of native code and node:* modules, so that an edge runtime can load it', async () => {
  const result = await build({
    entryPoints: [fileURLToPath(new URL('open-remote.ts', import.meta.url))],
    bundle: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'browser',
    conditions: ['workerd'],
    logLevel: 'silent',
  })
  const inputs = Object.keys(result.metafile.inputs)
  expect(inputs.some((path) => path.includes('@libsql/client/lib-esm/http.js'))).toBe(true)
  expect(
    inputs.filter((path) => /node_modules\/libsql\/|lib-esm\/(?:sqlite3|node)\.js|^node:/.test(path)),
  ).toEqual([])
  expect(result.outputFiles[0]?.text).not.toMatch(/\b(?:from|require\()\s*["']node:/)
})
