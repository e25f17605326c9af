import { requestSummary } from './request.ts'
import { isRow, parseRow } from './row.ts'

/** Tools that run a shell command, in the words of all runtimes; everything else sends its name only. */
const shells = new Set([
  'Bash',
  'PowerShell',
  'bash',
  'powershell',
  'exec',
  'exec_command',
  'local_shell',
  'local_shell_call',
  'run_in_terminal',
  'run_shell_command',
  'shell',
  'shell_command',
  'unified_exec',
])

const commandOf = (input: unknown): string | null => {
  const fields = typeof input === 'string' ? parseRow(input) : input
  if (!isRow(fields)) return null
  const command = fields.command ?? fields.cmd
  if (typeof command === 'string') return command
  if (!Array.isArray(command)) return null
  const words = command.filter((word) => typeof word === 'string')
  const [shell, flag, script] = words
  // Codex: ["bash", "-lc", "git push"].
  if (words.length === 3 && /(^|\/)(ba|z|da)?sh$/.test(shell ?? '') && /^-l?c$/.test(flag ?? ''))
    return script ?? null
  return words.every((word) => /^[\w./=-]+$/.test(word)) ? words.join(' ') : (words[0] ?? null)
}

/** `git push` for a shell tool, else null: no path, prompt or argument of any other tool leaves the machine. */
export const toolRequest = (tool: string, input: unknown): string | null => {
  if (!shells.has(tool)) return null
  const command = commandOf(input)
  return command === null ? null : requestSummary(command)
}
