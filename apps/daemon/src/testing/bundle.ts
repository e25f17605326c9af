import { mkdir, mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

// As in scripts/bundle.mjs: CommonJS dependencies inside an ESM bundle call require().
const banner = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`

/** Builds the `watchbill` program into a folder of its own, laid out as the product is; answers with its path. */
export const buildProgram = async (): Promise<string> => {
  const root = await mkdtemp(join(tmpdir(), 'watchbill-program-'))
  const folder = join(root, 'apps/daemon/dist')
  await mkdir(folder, { recursive: true })
  await build({
    absWorkingDir: fileURLToPath(new URL('../../../..', import.meta.url)),
    entryPoints: { watchbill: 'apps/daemon/src/main.ts', 'sql-wasm': 'sql.js/dist/sql-wasm-browser.wasm' },
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
    banner: { js: banner },
    loader: { '.wasm': 'copy' },
  })
  return join(folder, 'watchbill.mjs')
}
