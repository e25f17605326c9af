import { readdirSync, writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { build } from '../scripts/build.mjs'
import { root, seconds } from '../scripts/run.mjs'

/**
 * `npm run bench [-- <name> … --json FILE]`: runs the benches of this folder, all of them unless named, and prints what
 * came out beside its goals. Exit code 1 when a goal is missed, 2 when it was asked wrongly.
 *
 * A bench is a file here that exports `bench({ say }) -> rows`; a row is
 * `{ name, value, unit, goal: string | null, pass: boolean | null, detail }`.
 */
const known = readdirSync(`${root}bench`)
  .filter((file) => file.endsWith('.mjs') && file !== 'run.mjs')
  .map((file) => file.slice(0, -'.mjs'.length))
  .sort()

const main = async () => {
  const { values, positionals } = parseArgs({
    options: { json: { type: 'string' }, help: { type: 'boolean' } },
    allowPositionals: true,
  })
  const unknown = positionals.find((name) => !known.includes(name))
  if (values.help || unknown !== undefined) {
    if (unknown !== undefined) console.error(`There is no bench ${JSON.stringify(unknown)}.`)
    console.error(`npm run bench [-- <name> … --json FILE]\nBenches: ${known.join(', ')}`)
    return values.help ? 0 : 2
  }
  await build({ only: 'servers' })
  const rows = []
  for (const name of positionals.length > 0 ? positionals : known) {
    const started = performance.now()
    console.log(`\n${name}`)
    const { bench } = await import(`./${name}.mjs`)
    const found = await bench({ say: (line) => process.stderr.write(`  ${line}\n`) })
    print(found)
    console.log(`  (${seconds(started)})`)
    rows.push(...found)
  }
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
  const missed = rows.filter(({ pass }) => pass === false)
  console.log(
    missed.length === 0 ? '\nEvery goal is met.' : `\nMissed: ${missed.map(({ name }) => name).join('; ')}`,
  )
  return missed.length === 0 ? 0 : 1
}

const marks = new Map([
  [true, '✓'],
  [false, '✕'],
  [null, ' '],
])

const print = (rows) => {
  const cells = rows.map(({ name, value, unit, goal, pass, detail }) => [
    marks.get(pass ?? null) ?? ' ',
    name,
    `${format(value)} ${unit}`,
    goal ?? '',
    detail,
  ])
  const widths = [0, 1, 2, 3].map((column) => Math.max(0, ...cells.map((row) => row[column].length)))
  for (const [mark, name, value, goal, detail] of cells) {
    const line = [
      mark.padEnd(widths[0]),
      name.padEnd(widths[1]),
      value.padStart(widths[2]),
      goal.padEnd(widths[3]),
    ]
    console.log(`  ${line.join('  ')}  ${detail}`)
  }
}

const format = (value) =>
  value >= 1000
    ? Math.round(value).toLocaleString('en')
    : String(Number(value.toPrecision(value >= 100 ? 4 : 3)))

process.exitCode = await main().catch((error) => {
  console.error(error.message)
  return 1
})
