import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Surroundings } from '../boundary/session-roots.ts'
import { Failure } from '../cli/failure.ts'
import { homeOf } from '../cli/home.ts'
import type { Terminal } from '../cli/terminal.ts'
import { loadConfig } from '../config/load.ts'
import { dataFolder } from '../data-folder.ts'
import { readAgentIds } from './agent-ids.ts'
import { findSession } from './find-session.ts'
import { fileTarget, type Target } from './target.ts'
import { type Format, writeTranscript } from './transcript.ts'

/** `export`: one session's words, from its file on this machine to a file or the terminal of this machine. */
export const exportSession = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { session, format, output, force } = parse(args)
  const folder = dataFolder(terminal.env)
  const home = homeOf(terminal.env)
  const config = await loadConfig(folder.config, home)
  if (!config.flags.export)
    throw new Failure(
      'nothing was exported',
      'flags.export is off in the config',
      `set it in ${folder.config}`,
    )
  const surroundings: Surroundings = {
    home,
    env: terminal.env,
    providerSessionRoots: config.providerSessionRoots,
  }
  const found = await findSession(session, surroundings, await readAgentIds(folder))
  const target = output === null ? terminalTarget(terminal) : await fileTarget(resolve(output), force)
  const turns = await writeTranscript(found, format, target).catch(async (error: unknown) => {
    await target.undo()
    throw error
  })
  await target.done()
  const unread = turns.oversized === 0 ? '' : `, ${turns.oversized} lines over 8 MiB left out`
  if (output !== null)
    terminal.out(`Exported ${turns.count} turns of ${found.runtime} session ${found.nativeId}${unread}.`)
  return 0
}

const usage = 'watchbill export <session> [--format markdown|jsonl] [--output <file>] [--force]'
const options = {
  format: { type: 'string', short: 'f' },
  output: { type: 'string', short: 'o' },
  force: { type: 'boolean' },
} as const

const parse = (args: readonly string[]) => {
  const bad = (why: string) =>
    new Failure('export: the arguments were not understood', why, `use: ${usage}`, 2)
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true })
    const [session, ...more] = positionals
    if (session === undefined || session === '' || more.length > 0) throw bad('name one session')
    const format = formatOf(values.format ?? 'markdown')
    if (format === null) throw bad(`there is no format "${values.format}"`)
    return { session, format, output: values.output ?? null, force: values.force === true }
  } catch (error) {
    if (error instanceof Failure) throw error
    throw bad(error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error))
  }
}

const formatOf = (word: string): Format | null => (word === 'markdown' || word === 'jsonl' ? word : null)

const terminalTarget = (terminal: Terminal): Target => ({
  write: async (text) => terminal.out(text.replace(/\n$/, '')),
  done: async () => {},
  undo: async () => {},
})
