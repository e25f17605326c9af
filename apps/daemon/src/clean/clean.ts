import { rm } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { Failure } from '../cli/failure.ts'
import type { Terminal } from '../cli/terminal.ts'
import { type DataFolder, dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { findDaemon } from '../instance/find.ts'
import { goneSessions, type Item, logs, recoverable } from './items.ts'

const day = 86_400_000

/** `clean`: removes what Watchbill itself keeps on this machine and can do without; never a file of a runtime. */
export const clean = async (args: readonly string[], terminal: Terminal, now = Date.now): Promise<number> => {
  const { what, days, dryRun, json } = parse(args)
  const folder = dataFolder(terminal.env)
  if (!dryRun && what !== 'logs') await requireStopped(folder)
  const items = await itemsOf(folder, what, now() - days * day)
  if (!dryRun) for (const { path } of items) await remove(path)
  const sizeBytes = items.reduce((sum, item) => sum + item.sizeBytes, 0)
  const verb = dryRun ? 'Would remove' : 'Removed'
  terminal.out(
    json
      ? JSON.stringify({ dryRun, sizeBytes, items })
      : [
          ...items.map((item) => `${verb.padEnd(14)}${item.path} (${item.why}, ${item.sizeBytes} B)`),
          items.length === 0 ? 'Nothing to clean.' : `${verb} ${items.length} files, ${sizeBytes} B.`,
        ].join('\n'),
  )
  return 0
}

const itemsOf = async (folder: DataFolder, what: What, goneBeforeMs: number): Promise<Item[]> => {
  if (what === 'logs') return logs(folder)
  const gone = await goneSessions(folder, goneBeforeMs)
  return what === 'sessions' ? gone : [...(await logs(folder)), ...(await recoverable(folder))]
}

/** The daemon holds cursors in memory and would write them again. Its log may go while it runs: it opens it anew. */
const requireStopped = async (folder: DataFolder): Promise<void> => {
  const found = await findDaemon(folder)
  if (found.state === 'stopped') return
  throw new Failure(
    'nothing was cleaned',
    `the daemon runs (pid ${found.pid}) and uses these files`,
    'watchbill stop, clean, watchbill start; or look first: --dry-run',
  )
}

const remove = async (path: string): Promise<void> => {
  await rm(path, { force: true }).catch((error: unknown) => {
    throw new Failure(
      'not everything was cleaned',
      errorText(error),
      'make the data folder writable, clean again',
    )
  })
}

type What = 'logs' | 'sessions' | 'all'

const usage = 'watchbill clean --logs | --sessions <days> | --all [--dry-run] [--json]'
const options = {
  logs: { type: 'boolean' },
  sessions: { type: 'string' },
  all: { type: 'boolean' },
  'dry-run': { type: 'boolean' },
  json: { type: 'boolean' },
} as const

const parse = (args: readonly string[]) => {
  const bad = (why: string) =>
    new Failure('clean: the arguments were not understood', why, `use: ${usage}`, 2)
  try {
    const { values } = parseArgs({ args: [...args], options, strict: true, allowPositionals: false })
    const chosen = (['logs', 'sessions', 'all'] as const).filter((name) => values[name] !== undefined)
    const [what, ...more] = chosen
    if (what === undefined || more.length > 0) throw bad('say what to clean, one of the three')
    const days = values.sessions ?? '0'
    if (!/^\d{1,5}$/.test(days)) throw bad(`"${days}" is no number of days`)
    return { what, days: Number(days), dryRun: values['dry-run'] === true, json: values.json === true }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw bad(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
}
