import { existsSync } from 'node:fs'
import { bin, root, run, seconds } from './run.mjs'

const node = (path, ...args) => run(process.execPath, [path, ...args], { quiet: true })
const tsc = (project) => node(bin('typescript/bin/tsc'), '-p', project)

/** The one fast gate: no network, no build (DESIGN rule 9). Cheap guards first, two at a time: two cores. */
const checks = [
  ['format and lint', () => node(bin('@biomejs/biome/bin/biome'), 'check', '--error-on-warnings', '.')],
  ['arrows, circles, names, dead paths', () => node('scripts/shape.mjs')],
  ['openapi.json', () => node('scripts/openapi.mjs', '--check')],
  ['unused code', () => node(bin('knip/bin/knip.js'))],
  ...[
    'packages/contract',
    'packages/ledger',
    'packages/runtimes',
    'apps/api',
    'apps/api/src/shares/document',
    'apps/daemon',
    'apps/web',
    'e2e',
    'tsconfig.tests.json',
  ].map((project) => [`types of ${project}`, () => tsc(project)]),
]

const started = performance.now()
const queue = [...checks]
const failures = []
const worker = async () => {
  for (let next = queue.shift(); next; next = queue.shift()) {
    const [name, check] = next
    const { code, output } = await check()
    if (code !== 0) failures.push(`✕ ${name}\n${output}`)
  }
}

if (!existsSync(`${root}node_modules/typescript`)) {
  console.error('Dependencies are missing: run `npm ci` first.')
  process.exit(1)
}
await Promise.all([worker(), worker()])
for (const failure of failures) console.error(failure)
console.log(`${checks.length - failures.length} of ${checks.length} checks passed in ${seconds(started)}.`)
process.exit(failures.length === 0 ? 0 : 1)
