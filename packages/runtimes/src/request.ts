import { looksLikeProgram } from './programs.ts'
import { subcommands } from './subcommands.ts'

interface Word {
  readonly text: string
  /** Written without quotes, escapes or expansions. */
  readonly plain: boolean
}

const operators = new Set([';', '|', '&', '\n', '<', '>', '(', ')', '`'])
/** Longest beginning of a command that is looked at. */
const scanLimit = 4096

/** Splits the way a shell would, as far as a summary needs: simple commands of words. Expansions stay unexpanded. */
const simpleCommands = (script: string): Word[][] => {
  const commands: Word[][] = [[]]
  let text = ''
  let plain = true
  let quote = ''
  const flush = () => {
    if (text !== '' || !plain) commands.at(-1)?.push({ text, plain })
    text = ''
    plain = true
  }
  for (let index = 0; index < script.length; index += 1) {
    const unit = script.charAt(index)
    if (quote !== '') {
      if (unit === quote) quote = ''
      else text += unit
    } else if (unit === '"' || unit === "'") {
      quote = unit
      plain = false
    } else if (unit === '\\' || unit === '$') {
      plain = false
      text += unit
    } else if (operators.has(unit)) {
      flush()
      if (commands.at(-1)?.length) commands.push([])
    } else if (unit === ' ' || unit === '\t' || unit === '\r') flush()
    else text += unit
  }
  flush()
  return commands
}

/** Say nothing of their own about what is being done: the next command does. */
const preludes = new Set([
  'cd',
  'export',
  'set',
  'source',
  '.',
  ':',
  'true',
  'pushd',
  'popd',
  'unset',
  'umask',
])
const wrappers = new Set([
  'sudo',
  'env',
  'nohup',
  'time',
  'command',
  'exec',
  'nice',
  'timeout',
  'stdbuf',
  'doas',
])
const shells = new Set(['sh', 'bash', 'zsh', 'dash'])
const assignment = /^[A-Za-z_][A-Za-z0-9_]*\+?=/
const duration = /^\d+(\.\d+)?[smhd]?$/

/** Base name of a program, or null when it could be anything else than a name (a token, an expansion). */
const programOf = (word: Word): string | null => {
  if (!word.plain) return null
  const base = word.text.slice(word.text.lastIndexOf('/') + 1)
  return looksLikeProgram(base) ? base : null
}

/** The first word after the program that is a listed subcommand; flags and their values are stepped over. */
const subcommandOf = (program: string, words: readonly Word[]): string | null => {
  const listed = Object.hasOwn(subcommands, program) ? subcommands[program] : undefined
  if (listed === undefined) return null
  let afterFlag = false
  for (const word of words) {
    if (word.plain && listed.has(word.text)) return word.text
    const flag = word.text.startsWith('-')
    if (!flag && !afterFlag) return null
    afterFlag = flag
  }
  return null
}

const summaryOf = (words: readonly Word[], depth: number): string | null => {
  const start = words.findIndex((word) => !assignment.test(word.text))
  const first = words[start]
  if (first === undefined) return null
  const rest = words.slice(start + 1)
  const program = programOf(first)
  if (program === null) return null
  if (preludes.has(program)) return null
  if (wrappers.has(program)) {
    const inner = rest.filter((word) => !duration.test(word.text))
    // A flag may take a value (`sudo -u root`), which must not pass for a program.
    return inner[0]?.text.startsWith('-') ? program : (summaryOf(inner, depth) ?? program)
  }
  const script = rest[1]
  if (shells.has(program) && /^-[a-z]*c$/.test(rest[0]?.text ?? '') && script !== undefined && depth < 3)
    return summaryAt(script.text, depth + 1) ?? program
  const subcommand = subcommandOf(program, rest)
  return subcommand === null ? program : `${program} ${subcommand}`
}

const summaryAt = (command: string, depth: number): string | null => {
  for (const words of simpleCommands(command.slice(0, scanLimit))) {
    const summary = summaryOf(words, depth)
    if (summary !== null) return summary
    const first = words.find((word) => !assignment.test(word.text))
    if (first !== undefined && !preludes.has(first.text)) return null
  }
  return null
}

/**
 * Program and subcommand of a shell command, `git push`, or null. Trust boundary: arguments, paths, assignments
 * and whatever else may hold a secret stay here; a subcommand is only ever a word of our own list.
 */
export const requestSummary = (command: string): string | null => summaryAt(command, 0)
