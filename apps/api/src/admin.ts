import { randomBytes } from 'node:crypto'
import { parseArgs } from 'node:util'
import { benchCommands } from './admin/bench-commands.ts'
import { type Command, type Console, UsageError } from './admin/command.ts'
import { demoCommands } from './admin/demo-commands.ts'
import { findCommand, usage } from './admin/find-command.ts'
import { installCommands } from './admin/install-commands.ts'
import { keyCommands } from './admin/key-commands.ts'
import { logCommands } from './admin/log-commands.ts'
import { exportCommands } from './admin/log-export.ts'
import { fsckCommands } from './admin/log-fsck.ts'
import { importCommands } from './admin/log-import.ts'
import { requireDatabase } from './admin/require-database.ts'
import { tamperCommands } from './admin/tamper.ts'
import { witnessCommands } from './admin/witness-commands.ts'
import { parseEnv } from './env.ts'
import { usePlatformHash } from './node-hash.ts'
import { explain } from './start-error.ts'

const commands: readonly Command[] = [
  ...installCommands,
  ...keyCommands,
  ...logCommands,
  ...witnessCommands,
  ...fsckCommands,
  ...exportCommands,
  ...importCommands,
  ...tamperCommands,
  ...benchCommands,
  ...demoCommands,
]

/** `watchbill migrate|workspace|key|sign-in|enroll-token|log|verify|demo`: what needs the database itself. Exit codes: 0 done, 1 failed, 2 asked wrongly. */
const main = async (argv: readonly string[]): Promise<void> => {
  const [first] = argv
  if (first === undefined || first === 'help' || first === '--help' || first === '-h') {
    process.stdout.write(usage(commands))
    return
  }
  const { command, rest } = findCommand(commands, argv)
  const { values, positionals } = parseArgs({
    args: rest,
    options: { ...command.options, help: { type: 'boolean' } },
    allowPositionals: true,
  })
  if (values.help === true) {
    process.stdout.write(usage([command]))
    return
  }
  const operands = command.operands ?? []
  const required = operands.filter((word) => !word.startsWith('['))
  if (positionals.length < required.length || positionals.length > operands.length) {
    throw new UsageError(`usage: watchbill ${command.name} ${operands.join(' ')}`.trim())
  }
  const env = parseEnv(process.env)
  usePlatformHash()
  await command.run({ env, values, positionals, console: terminal, open: () => requireDatabase(env) })
}

const terminal: Console = {
  out: (line) => void process.stdout.write(`${line}\n`),
  note: (line) => void (process.stderr.isTTY && process.stderr.write(`${line}\n`)),
  exit: (code) => {
    process.exitCode = code
  },
  now: Date.now,
  randomBytes,
}

try {
  await main(process.argv.slice(2))
} catch (error) {
  const asked = isUsage(error)
  process.stderr.write(`${asked ? `watchbill: ${error.message}` : explain(error)}\n`)
  process.exitCode = asked ? 2 : 1
}

/** Node's own complaints about options are for the person at the keyboard too. */
function isUsage(error: unknown): error is Error {
  if (error instanceof UsageError) return true
  return error instanceof Error && 'code' in error && String(error.code).startsWith('ERR_PARSE_ARGS')
}
