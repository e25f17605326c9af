import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { root } from './run.mjs'

/** Who may import whom (DESIGN "Arrows"). The first pattern that matches a file decides; a new feature needs no new rule. */
const arrows = [
  [/^packages\/(contract|ledger|policy)\//, []],
  [/^packages\/runtimes\//, ['contract', 'ledger', 'policy']],
  [/^apps\/(api|daemon)\//, ['contract', 'ledger', 'policy', 'runtimes']],
  [/^apps\/web\//, ['contract', 'ledger', 'policy']],
  [/^(e2e|bench)\//, ['contract', 'ledger', 'policy', 'runtimes']],
]
/** Inside the apps: a file that matches the first pattern never imports one that matches the second. */
const walls = [
  [/^apps\/web\/src\/ui\//, /^apps\/web\/src\/(features|app)\//, 'ui knows no feature'],
  [/^apps\/web\/src\/lib\//, /^apps\/web\/src\/(features|app|ui)\//, 'lib knows nothing above it'],
  [/^apps\/web\/src\/features\//, /^apps\/web\/src\/app\//, 'features do not import routes'],
  [
    /^apps\/api\/src\/.*store\.ts$/,
    /^apps\/api\/src\/.*(service|routes)\.ts$/,
    'store is below service and routes',
  ],
  [/^apps\/api\/src\/.*service\.ts$/, /^apps\/api\/src\/.*routes\.ts$/, 'service is below routes'],
  [
    /^apps\/api\/src\/db\//,
    /^apps\/api\/src\/(http|agents|sessions|fleet|identity|snapshots|machines)\//,
    'db knows no feature',
  ],
]
const nothingNames = /(^|\/)(utils?|helpers?|common|misc|shared|manager|types)\.(ts|tsx|mjs)$/
const maxLines = 300

const tracked = execFileSync('git', ['ls-files', '-co', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((file) => file && existsSync(root + file))
const sources = tracked.filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.endsWith('.d.ts'))
const text = new Map(sources.map((file) => [file, readFileSync(root + file, 'utf8')]))
const problems = []

/** Files of ours that `file` imports, types included, and the packages it names. */
const importsOf = (file) => {
  const found = [...(text.get(file) ?? '').matchAll(/(?:from|import)\s*\(?\s*['"]([^'"\n]+)['"]/g)].map(
    (match) => match[1],
  )
  return {
    files: found.filter((name) => name.startsWith('.')).map((name) => normalize(join(dirname(file), name))),
    packages: found.filter((name) => name.startsWith('@watchbill/')).map((name) => name.split('/')[1]),
  }
}

const graph = new Map()
for (const file of sources) {
  const { files, packages } = importsOf(file)
  graph.set(
    file,
    files.filter((target) => text.has(target)),
  )
  const allowed = arrows.find(([pattern]) => pattern.test(file))?.[1]
  const own = /^(?:packages|apps)\/([^/]+)\//.exec(file)?.[1]
  for (const name of packages)
    if (allowed && name !== own && !allowed.includes(name))
      problems.push(`${file}: may not import @watchbill/${name}`)
  for (const target of files) {
    const home = (path) => /^((?:packages|apps)\/[^/]+|e2e|bench|scripts)\//.exec(path)?.[1]
    if (/^(packages|apps)\//.test(file) && home(target) !== home(file))
      problems.push(`${file}: reaches into ${target}; use the package's door`)
    if (/^e2e|^bench/.test(file) && target.startsWith('apps/'))
      problems.push(`${file}: nobody imports an app (${target})`)
    for (const [from, to, why] of walls)
      if (from.test(file) && to.test(target)) problems.push(`${file} -> ${target}: ${why}`)
    const feature = (path) => /^apps\/web\/src\/features\/([^/]+)\//.exec(path)?.[1]
    if (feature(file) && feature(target) && feature(file) !== feature(target))
      problems.push(`${file} -> ${target}: features never import each other`)
  }
  if (nothingNames.test(file)) problems.push(`${file}: a name that says nothing`)
  const lines = (text.get(file) ?? '').split('\n').length - 1
  if (lines > maxLines) problems.push(`${file}: ${lines} lines; split it (at most ${maxLines})`)
}

/** One report per circle, found by depth-first search; type imports count. */
const state = new Map()
const visit = (file, trail) => {
  state.set(file, 'open')
  for (const target of graph.get(file) ?? []) {
    if (state.get(target) === 'open')
      problems.push(`circle: ${[...trail.slice(trail.indexOf(target)), file, target].join(' -> ')}`)
    else if (!state.has(target)) visit(target, [...trail, file])
  }
  state.set(file, 'done')
}
for (const file of sources) if (!state.has(file)) visit(file, [file].slice(1))

/** Paths that the documents name must exist. */
const documents = tracked.filter((file) => file.endsWith('.md'))
const places = /`((?:apps|packages|scripts|drizzle|e2e|bench|deploy|docs|\.ci)\/[\w./@-]+)`/g
for (const document of documents)
  for (const [, path] of readFileSync(root + document, 'utf8').matchAll(places))
    if (!existsSync(root + path) && !existsSync(join(root, dirname(document), path)))
      problems.push(`${document}: names ${path}, which does not exist`)

for (const problem of problems) console.error(problem)
process.exit(problems.length === 0 ? 0 : 1)
