import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { root, run, seconds } from './run.mjs'

const stamp = `${root}node_modules/.watchbill-lock`
const digest = () =>
  createHash('sha256')
    .update(readFileSync(`${root}package-lock.json`))
    .digest('hex')

/** Installs from the lockfile when node_modules is absent or belongs to another lockfile. */
export const install = async () => {
  requireNode()
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === digest()) return
  const started = performance.now()
  console.log('Installing dependencies from package-lock.json …')
  const { code, output } = await run('npm', ['ci', '--no-fund', '--no-audit', '--loglevel=error'], {
    quiet: true,
  })
  if (code !== 0) {
    console.error(output)
    throw new Error('npm ci failed: see above. Is the npm registry reachable?')
  }
  writeFileSync(stamp, digest())
  console.log(`Installed in ${seconds(started)}.`)
}

const requireNode = () => {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  if (major > 20 || (major === 20 && minor >= 19)) return
  throw new Error(
    `Watchbill needs Node 20.19 or newer; this is ${process.versions.node}. See https://nodejs.org.`,
  )
}
