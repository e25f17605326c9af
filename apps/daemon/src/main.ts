import { runCommand } from './cli/command.ts'
import { processTerminal } from './cli/terminal.ts'

process.umask(0o077)
process.exitCode = await runCommand(process.argv.slice(2), import.meta.url, processTerminal())
