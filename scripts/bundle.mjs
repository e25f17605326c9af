import { readFile } from 'node:fs/promises'
import { build, context } from 'esbuild'
import { buildShareChecker } from '../apps/api/share-checker.mjs'
import { root } from './run.mjs'
import { packProgram } from './tarball.mjs'

// CommonJS dependencies inside an ESM bundle call require(); ESM has none until one is made.
const banner = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`

/** Puts the program of share documents where the server looks for it, anew whenever a file of it changes. */
const shareChecker = {
  name: 'share-checker',
  setup: (plugin) =>
    plugin.onLoad({ filter: /[\\/]shares[\\/]script\.ts$/ }, async ({ path }) => {
      const { text, files } = await buildShareChecker()
      const contents = `const __SHARE_CHECKER__ = ${JSON.stringify(text)}\n${await readFile(path, 'utf8')}`
      return { contents, loader: 'ts', watchFiles: [...files] }
    }),
}

const node = {
  bundle: true,
  platform: 'node',
  target: 'node20.19',
  format: 'esm',
  sourcemap: 'linked',
  legalComments: 'none',
  logLevel: 'warning',
  banner: { js: banner },
  // Native or with native parts: resolved from node_modules at run time.
  external: ['libsql', '@libsql/client'],
  absWorkingDir: root,
}

/** Every server, daemon and edge entry becomes one self-contained ESM file in its app's dist/ (DESIGN "Running TypeScript"). */
export const targets = [
  {
    ...node,
    entryPoints: ['apps/api/src/serve.ts', 'apps/api/src/admin.ts'],
    outdir: 'apps/api/dist',
    plugins: [shareChecker],
  },
  {
    ...node,
    // SQLite as WebAssembly lies beside the daemon's bundle, which reads it when a runtime needs it.
    entryPoints: { watchbill: 'apps/daemon/src/main.ts', 'sql-wasm': 'sql.js/dist/sql-wasm-browser.wasm' },
    loader: { '.wasm': 'copy' },
    outdir: 'apps/daemon/dist',
    // What `watchbill verify file.html` knows a released checker by.
    define: { __SHARE_SCRIPT_SHA256__: JSON.stringify((await buildShareChecker()).sha256) },
  },
  {
    bundle: true,
    platform: 'neutral',
    target: 'es2022',
    format: 'esm',
    conditions: ['workerd', 'worker', 'browser'],
    mainFields: ['module', 'main'],
    minify: true,
    legalComments: 'none',
    logLevel: 'warning',
    absWorkingDir: root,
    entryPoints: ['apps/api/src/edge.ts'],
    outdir: 'apps/api/dist',
    plugins: [shareChecker],
  },
]

export const bundle = async () => {
  await Promise.all(targets.map((target) => build(target)))
  packProgram()
}

/** Rebuilds on change; `onBuilt(name)` is called after every successful build of a target. */
export const watch = (onBuilt) =>
  Promise.all(
    targets.slice(0, 2).map(async (target, index) => {
      const name = index === 0 ? 'api' : 'daemon'
      const notify = {
        name: 'notify',
        setup: (plugin) =>
          plugin.onEnd(({ errors }) => {
            if (errors.length > 0) return
            if (name === 'daemon') packProgram()
            onBuilt(name)
          }),
      }
      const watcher = await context({ ...target, plugins: [...(target.plugins ?? []), notify] })
      await watcher.rebuild()
      await watcher.watch()
      return watcher
    }),
  )
