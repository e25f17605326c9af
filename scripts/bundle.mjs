import { build, context } from 'esbuild'
import { root } from './run.mjs'
import { packProgram } from './tarball.mjs'

// CommonJS dependencies inside an ESM bundle call require(); ESM has none until one is made.
const banner = `import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);`

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
  { ...node, entryPoints: ['apps/api/src/serve.ts', 'apps/api/src/admin.ts'], outdir: 'apps/api/dist' },
  {
    ...node,
    // SQLite as WebAssembly lies beside the daemon's bundle, which reads it when a runtime needs it.
    entryPoints: { watchbill: 'apps/daemon/src/main.ts', 'sql-wasm': 'sql.js/dist/sql-wasm-browser.wasm' },
    loader: { '.wasm': 'copy' },
    outdir: 'apps/daemon/dist',
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
      const watcher = await context({ ...target, plugins: [notify] })
      await watcher.rebuild()
      await watcher.watch()
      return watcher
    }),
  )
