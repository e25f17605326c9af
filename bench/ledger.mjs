import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { root, run } from '../scripts/run.mjs'

/** The console measures inside its own process, where the writer and the readers are: nothing here imports an app. */
export const bench = async () => {
  const folder = mkdtempSync(join(tmpdir(), 'watchbill-bench-'))
  const json = join(folder, 'rows.json')
  try {
    const { code } = await run(
      process.execPath,
      [`${root}apps/api/dist/admin.js`, 'log', 'bench', '--json', json],
      {
        env: { WATCHBILL_DATA: folder, XDG_STATE_HOME: join(folder, 'state') },
      },
    )
    if (code !== 0) throw new Error(`watchbill log bench ended with exit code ${code}`)
    return JSON.parse(readFileSync(json, 'utf8'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
