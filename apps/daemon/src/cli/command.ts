import { version } from '../version.ts'
import { enroll } from './enroll.ts'
import { Failure, formatFailure } from './failure.ts'
import { adminCommands, handOver } from './handover.ts'
import { helpText } from './help.ts'
import { nearest } from './nearest.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import type { Terminal } from './terminal.ts'

type Command = (args: readonly string[], terminal: Terminal) => Promise<number> | number

const help: Command = (_args, terminal) => {
  terminal.out(helpText)
  return 0
}
const sayVersion: Command = (args, terminal) => {
  terminal.out(args.includes('--json') ? JSON.stringify({ version }) : version)
  return 0
}

const commands: Readonly<Record<string, Command>> = { start, stop, status, enroll, help, version: sayVersion }
const aliases: Readonly<Record<string, string>> = {
  '--help': 'help',
  '-h': 'help',
  '--version': 'version',
  '-v': 'version',
}

/** Runs one command line; answers with the exit code. Failures are printed with what, why and how to mend. */
export const runCommand = async (
  argv: readonly string[],
  bundleUrl: string,
  terminal: Terminal,
): Promise<number> => {
  try {
    return await dispatch(argv, bundleUrl, terminal)
  } catch (error) {
    if (!(error instanceof Failure)) throw error
    terminal.err(formatFailure(error, argv.includes('--json')))
    return error.exitCode
  }
}

const dispatch = (
  argv: readonly string[],
  bundleUrl: string,
  terminal: Terminal,
): Promise<number> | number => {
  const [given = 'help', ...args] = argv
  const name = Object.hasOwn(aliases, given) ? (aliases[given] ?? given) : given
  if (adminCommands.some((each) => each === name)) return handOver([name, ...args], bundleUrl, terminal)
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined
  if (command === undefined) throw unknownCommand(name)
  if (args.includes('--help') || args.includes('-h')) return help(args, terminal)
  return command(args, terminal)
}

const unknownCommand = (name: string): Failure => {
  const all = [...Object.keys(commands), ...adminCommands]
  const meant = nearest(name, all)
  const mend = meant === null ? 'watchbill help lists the commands' : `did you mean: watchbill ${meant}`
  return new Failure('this command is unknown', `there is no "${name.slice(0, 60)}"`, mend, 2)
}
