import { clean } from '../clean/clean.ts'
import { ConfigError } from '../config/config-error.ts'
import { exportSession } from '../export/export.ts'
import { version } from '../version.ts'
import { audit } from './audit.ts'
import { config } from './config-command.ts'
import { failureOfConfig } from './config-failure.ts'
import { doctorAt } from './doctor.ts'
import { enroll } from './enroll.ts'
import { Failure, formatFailure } from './failure.ts'
import { adminCommands, handOver } from './handover.ts'
import { helpText } from './help.ts'
import { initAt } from './init.ts'
import { logs } from './logs.ts'
import { nearest } from './nearest.ts'
import { restart } from './restart.ts'
import { serviceAt } from './service.ts'
import { sessions } from './sessions.ts'
import { start } from './start.ts'
import { status } from './status.ts'
import { stop } from './stop.ts'
import type { Terminal } from './terminal.ts'
import { uninstall } from './uninstall.ts'
import { verifyAt } from './verify.ts'
import { witness } from './witness.ts'

type Command = (args: readonly string[], terminal: Terminal) => Promise<number> | number
/** Needs to know where the program lies. */
type PlacedCommand = (bundleUrl: string, args: readonly string[], terminal: Terminal) => Promise<number>

const help: Command = (_args, terminal) => {
  terminal.out(helpText)
  return 0
}
const sayVersion: Command = (args, terminal) => {
  terminal.out(args.includes('--json') ? JSON.stringify({ version }) : version)
  return 0
}

const commands: Readonly<Record<string, Command>> = {
  start,
  stop,
  restart,
  status,
  sessions,
  logs,
  config,
  enroll,
  export: exportSession,
  clean: (args, terminal) => clean(args, terminal),
  uninstall,
  witness,
  audit,
  help,
  version: sayVersion,
}
const placed: Readonly<Record<string, PlacedCommand>> = {
  init: initAt,
  doctor: doctorAt,
  service: serviceAt,
  verify: verifyAt,
}
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
    const failure = error instanceof ConfigError ? failureOfConfig(error) : error
    if (!(failure instanceof Failure)) throw error
    terminal.err(formatFailure(failure, argv.includes('--json')))
    return failure.exitCode
  }
}

const dispatch = (
  argv: readonly string[],
  bundleUrl: string,
  terminal: Terminal,
): Promise<number> | number => {
  const [typed = 'help', ...args] = argv
  const name = Object.hasOwn(aliases, typed) ? (aliases[typed] ?? typed) : typed
  if (adminCommands.some((each) => each === name)) return handOver([name, ...args], bundleUrl, terminal)
  const place = Object.hasOwn(placed, name) ? placed[name] : undefined
  const plain = Object.hasOwn(commands, name) ? commands[name] : undefined
  const command: Command | undefined =
    place === undefined ? plain : (words, given) => place(bundleUrl, words, given)
  if (command === undefined) throw unknownCommand(name)
  if (args.includes('--help') || args.includes('-h')) return help(args, terminal)
  return command(args, terminal)
}

const unknownCommand = (name: string): Failure => {
  const all = [...Object.keys(commands), ...Object.keys(placed), ...adminCommands]
  const meant = nearest(name, all)
  const mend = meant === null ? 'watchbill help lists the commands' : `did you mean: watchbill ${meant}`
  return new Failure('this command is unknown', `there is no "${name.slice(0, 60)}"`, mend, 2)
}
