import { readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { root } from './run.mjs'

// packages/contract/openapi.json from the contract: --check fails on drift, --write renews it.
const path = `${root}packages/contract/openapi.json`

const load = async () => {
  const { outputFiles } = await build({
    stdin: {
      contents: `export { api } from '@watchbill/contract/api'; export { buildOpenapi } from '@watchbill/contract/openapi'`,
      resolveDir: root,
    },
    bundle: true,
    format: 'esm',
    write: false,
    logLevel: 'warning',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

const { api, buildOpenapi } = await load()
const { version } = JSON.parse(readFileSync(`${root}package.json`, 'utf8'))
const document = `${JSON.stringify(buildOpenapi(api, { version }), null, 2)}\n`

const read = () => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}

if (process.argv.includes('--write')) {
  writeFileSync(path, document)
  console.log('packages/contract/openapi.json written.')
} else if (read() !== document) {
  console.error(
    'packages/contract/openapi.json differs from the contract: run `node scripts/openapi.mjs --write`.',
  )
  process.exitCode = 1
}
