import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { install } from './install.mjs'
import { bin, root, run, seconds } from './run.mjs'

/** What each part is built from; an unchanged digest means the part is not built again. */
const parts = [
  {
    name: 'servers',
    from: ['apps/api', 'apps/daemon', 'packages', 'drizzle', 'scripts/bundle.mjs', 'scripts/tarball.mjs'],
    out: 'apps/api/dist/watchbill.tgz',
    build: () => bundleServers(),
  },
  {
    name: 'dashboard',
    from: ['apps/web', 'packages'],
    out: 'apps/web/.next/standalone/apps/web/server.js',
    build: () => buildWeb(),
  },
]

/** Builds what changed since the last build; every part unless `only` names one. */
export const build = async ({ only } = {}) => {
  await install()
  for (const part of parts) {
    if (only !== undefined && part.name !== only) continue
    const stamp = `${root}node_modules/.cache/watchbill/${part.name}`
    const digest = digestOf(['package-lock.json', ...part.from])
    if (existsSync(root + part.out) && existsSync(stamp) && readFileSync(stamp, 'utf8') === digest) continue
    const started = performance.now()
    await part.build()
    mkdirSync(`${root}node_modules/.cache/watchbill`, { recursive: true })
    writeFileSync(stamp, digest)
    console.log(`Built ${part.name} in ${seconds(started)}.`)
  }
}

const bundleServers = async () => {
  const { bundle } = await import('./bundle.mjs')
  await bundle()
}

const buildWeb = async () => {
  const web = `${root}apps/web`
  const { code, output } = await run(process.execPath, [bin('next/dist/bin/next'), 'build'], {
    cwd: web,
    quiet: true,
    env: { NEXT_TELEMETRY_DISABLED: '1', NODE_ENV: 'production' },
  })
  if (code !== 0) {
    console.error(output)
    throw new Error('next build failed: see above.')
  }
  // Next leaves these two out of a standalone build on purpose (a CDN may serve them); we serve them ourselves.
  const target = `${web}/.next/standalone/apps/web`
  cpSync(`${web}/.next/static`, `${target}/.next/static`, { recursive: true })
  if (existsSync(`${web}/public`)) cpSync(`${web}/public`, `${target}/public`, { recursive: true })
}

const digestOf = (paths) => {
  const hash = createHash('sha256')
  for (const path of paths)
    for (const file of filesBelow(path))
      hash
        .update(file)
        .update('\0')
        .update(readFileSync(root + file))
  return hash.digest('hex')
}

const skipped = new Set(['node_modules', 'dist', '.next', 'testdata', 'testing', 'next-env.d.ts'])
const filesBelow = (path) => {
  if (!existsSync(root + path)) return []
  if (path.includes('.') && !readdirSafe(path)) return [path]
  return (readdirSafe(path) ?? [])
    .filter((entry) => !skipped.has(entry.name) && !/\.(test|spec)\.tsx?$|\.tsbuildinfo$/.test(entry.name))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) =>
      entry.isDirectory() ? filesBelow(`${path}/${entry.name}`) : [`${path}/${entry.name}`],
    )
}
const readdirSafe = (path) => {
  try {
    return readdirSync(root + path, { withFileTypes: true })
  } catch {
    return null
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await build().catch((error) => {
    console.error(error.message)
    process.exit(1)
  })
}
