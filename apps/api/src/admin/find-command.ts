import { type Command, UsageError } from './command.ts'

/** The command the first words name. Throws UsageError with what was probably meant. */
export const findCommand = (
  commands: readonly Command[],
  argv: readonly string[],
): { command: Command; rest: string[] } => {
  const words = argv.filter((word) => !word.startsWith('-'))
  for (const length of [3, 2, 1]) {
    const name = words.slice(0, length).join(' ')
    const command = commands.find((one) => one.name === name)
    if (command && argv.slice(0, length).join(' ') === name) return { command, rest: argv.slice(length) }
  }
  const typed = words.slice(0, 2).join(' ')
  const guess = nearest(typed, [...commands.map((one) => one.name)])
  const meant = guess === null ? '' : ` Did you mean \`watchbill ${guess}\`?`
  throw new UsageError(`there is no command ${JSON.stringify(typed)}.${meant} \`watchbill help\` lists them.`)
}

export const usage = (commands: readonly Command[]): string => {
  const lines = commands.map((one) => {
    const head = ['watchbill', one.name, ...(one.operands ?? []), ...(one.help ? [one.help] : [])].join(' ')
    return `  ${head}\n      ${one.summary}`
  })
  return `Usage:\n${lines.join('\n')}\n`
}

/** The closest word within a third of its length; null when nothing is close. */
export const nearest = (word: string, words: readonly string[]): string | null => {
  const ranked = words
    .map((other) => ({ other, steps: distance(word, other) }))
    .sort((left, right) => left.steps - right.steps)
  const [best] = ranked
  return best && best.steps <= Math.max(2, best.other.length / 3) ? best.other : null
}

/** Levenshtein. */
const distance = (left: string, right: string): number => {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i]
    for (let j = 1; j <= right.length; j += 1) {
      const swap = (row[j - 1] ?? 0) + (left[i - 1] === right[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
