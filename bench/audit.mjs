import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { build } from '../scripts/build.mjs'
import { findChromium } from '../scripts/chromium.mjs'
import { root, run } from '../scripts/run.mjs'
import { openBrowser } from './audit/browser.mjs'
import { checkedExport, makeExport, reverifiedHeaders } from './audit/export-file.mjs'
import { scatteredRows } from './audit/scattered-rows.mjs'
import { startStage } from './audit/stage.mjs'
import { scrolledTable } from './audit/table.mjs'

/** Measured by the console inside its own process and on a server of its own; then in a browser, on the log it left. */
const inConsole = ['questions', 'tail']
const inBrowser = ['rows', 'headers', 'export', 'table']

/**
 * One log is made once, and everything is measured on it. `only`: one part of it; `entries`: of a smaller log than the goals
 * are about.
 */
export const bench = async ({ say, only = null, entries = null }) => {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-bench-'))
  const wants = (part) => only === null || only === part
  try {
    // Whoever lacks it hears so before anything is measured.
    if (!inConsole.includes(only)) await findChromium()
    if (wants('table')) await build({ only: 'dashboard' })
    say(`load average ${loadavg()[0].toFixed(1)}: what else runs here makes every figure by the clock worse`)
    const rows = await askConsole(folder, { only: inBrowser.includes(only) ? 'log' : only, entries })
    if (inConsole.includes(only)) return rows
    const stage = await startStage(folder, { dashboard: wants('table') })
    const browser = await openBrowser().catch(async (error) => {
      await stage.stop()
      throw error
    })
    try {
      const seen = { stage, browser, folder, say }
      if (wants('rows')) rows.push(...(await scatteredRows(seen)))
      if (wants('headers') || wants('export')) {
        const made = await makeExport(seen)
        if (wants('headers')) rows.push(...(await reverifiedHeaders({ ...seen, made })))
        if (wants('export')) rows.push(made.row, ...(await checkedExport({ ...seen, made })))
        rmSync(made.path)
      }
      if (wants('table')) rows.push(...(await scrolledTable(seen)))
      return rows
    } finally {
      await browser.close()
      await stage.stop()
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** The log and the server's state stay in `folder`. */
const askConsole = async (folder, { only, entries }) => {
  const json = join(folder, 'rows.json')
  const options = [
    ...(only === null ? [] : ['--only', only]),
    ...(entries === null ? [] : ['--entries', entries]),
  ]
  const { code } = await run(
    process.execPath,
    [`${root}apps/api/dist/admin.js`, 'audit', 'bench', '--json', json, '--served', folder, ...options],
    { env: { WATCHBILL_DATA: join(folder, 'console'), XDG_STATE_HOME: join(folder, 'console-state') } },
  )
  if (code !== 0) throw new Error(`watchbill audit bench ended with exit code ${code}`)
  return JSON.parse(readFileSync(json, 'utf8'))
}

/** `node bench/audit.mjs [--only PART] [--entries N] [--json FILE]`: one part, or all of it on a smaller log. */
const main = async () => {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, entries: { type: 'string' }, json: { type: 'string' } },
  })
  const parts = [...inConsole, ...inBrowser]
  if (values.only !== undefined && !parts.includes(values.only))
    throw new Error(`--only is one of ${parts.join(', ')}.`)
  await build({ only: 'servers' })
  const rows = await bench({ ...values, say: (line) => process.stderr.write(`  ${line}\n`) })
  if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(rows, null, 2)}\n`)
  for (const row of rows) console.log(JSON.stringify(row))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await main().catch((error) => {
    console.error(error.message)
    process.exitCode = 1
  })
}
