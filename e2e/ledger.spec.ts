import { readdirSync, readFileSync } from 'node:fs'
import { expect, test } from '@playwright/test'
import { build } from 'esbuild'

const ledger = new URL('../packages/ledger/', import.meta.url)

const readVectors = () => {
  const root = new URL('testdata/', ledger)
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((path) => /(^|\/)(valid|invalid)\/.+\.json$/.test(path))
    .map((path) => ({ path, bytes: readFileSync(new URL(path, root), 'base64') }))
}

test('every vector of the ledger holds in a real browser', async ({ page }) => {
  const { outputFiles } = await build({
    entryPoints: [new URL('src/testing/run-vectors.ts', ledger).pathname],
    bundle: true,
    write: false,
    format: 'iife',
    globalName: 'ledger',
    target: 'es2022',
  })
  // WebCrypto is there in a secure context only; loopback is one. No server has to answer.
  await page.route('http://127.0.0.1/', (route) =>
    route.fulfill({ contentType: 'text/html', body: '<!doctype html><title>vectors</title>' }),
  )
  await page.goto('http://127.0.0.1/')
  await page.addScriptTag({ content: outputFiles[0]?.text ?? '' })
  const vectors = readVectors()
  const report = await page.evaluate(`ledger.runVectors(${JSON.stringify(vectors)})`)
  expect(report).toEqual({ count: vectors.length, failures: [] })
})
