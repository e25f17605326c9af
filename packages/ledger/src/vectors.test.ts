import { hash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { build } from 'esbuild'
import { Miniflare } from 'miniflare'
import { afterAll, expect, it } from 'vitest'
import { merkle } from './index.ts'
import { sha256 as portable } from './sha256.ts'
import { runVectors, type VectorFile } from './testing/run-vectors.ts'

const root = new URL('../testdata/', import.meta.url)
const files: VectorFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => /(^|\/)(valid|invalid)\/.+\.json$/.test(path))
  .map((path) => ({ path, bytes: readFileSync(new URL(path, root), 'base64') }))

afterAll(() => merkle.useSha256(portable))

it('has vectors of every kind, and names each invalid one after its fault', () => {
  const kinds = new Set(files.map(({ path }) => path.replace(/[^/]+$/, '')))
  const folders = ['', 'entry/', 'payload/', 'merkle/', 'tiles/', 'notes/', 'evidence/']
  expect([...kinds].sort()).toEqual(folders.flatMap((kind) => [`${kind}valid/`, `${kind}invalid/`]).sort())
})

it('holds in Node, with the portable SHA-256', async () => {
  expect(await runVectors(files)).toEqual({ count: files.length, failures: [] })
})

it.each(['binary', 'buffer'] as const)("holds in Node, with the platform's SHA-256 as %s", async (form) => {
  merkle.useSha256((bytes) => hash('sha256', bytes, form))
  expect(await runVectors(files)).toEqual({ count: files.length, failures: [] })
})

it('refuses a hash that is not SHA-256', () => {
  expect(() => merkle.useSha256((bytes) => hash('sha512', bytes, 'buffer').subarray(0, 32))).toThrow(
    RangeError,
  )
  expect(() => merkle.useSha256((bytes) => hash('sha256', bytes, 'hex'))).toThrow(RangeError)
})

it('notices a vector that does not come out as it says', async () => {
  const [wrong] = files.filter(({ path }) => path === 'merkle/valid/root-7.json')
  const moved = { path: 'merkle/invalid/inclusion-none.json', bytes: wrong?.bytes ?? '' }
  const other = files.find(({ path }) => path === 'merkle/valid/inclusion-2-of-3.json')
  const turned = { path: 'merkle/invalid/inclusion-2-of-3.json', bytes: other?.bytes ?? '' }
  expect((await runVectors([{ ...moved, path: 'odd/valid/x.json' }, turned])).failures).toHaveLength(2)
})

it('holds in workerd', async () => {
  const bundle = await build({
    stdin: {
      contents: `import { runVectors } from './testing/run-vectors.ts'
        export default { fetch: async (request) => Response.json(await runVectors(await request.json())) }`,
      resolveDir: new URL('.', import.meta.url).pathname,
    },
    bundle: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    conditions: ['workerd', 'worker', 'browser'],
  })
  const worker = new Miniflare({
    modules: [{ type: 'ESModule', path: 'vectors.js', contents: bundle.outputFiles[0]?.text ?? '' }],
    compatibilityDate: '2026-01-01',
    // Otherwise it may ask the internet what request.cf should hold.
    cf: false,
  })
  try {
    const body = JSON.stringify(files)
    const response = await worker.dispatchFetch('https://vectors.test/', { method: 'POST', body })
    expect(await response.json()).toEqual({ count: files.length, failures: [] })
  } finally {
    await worker.dispose()
  }
})
