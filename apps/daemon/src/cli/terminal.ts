/** What commands may touch of the world around them. */
export interface Terminal {
  readonly env: NodeJS.ProcessEnv
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** All of standard input; empty when it is a person's terminal. */
  readonly readInput: () => Promise<string>
}

export const processTerminal = (): Terminal => ({
  env: process.env,
  out: (text) => process.stdout.write(`${text}\n`),
  err: (text) => process.stderr.write(`${text}\n`),
  readInput,
})

const readInput = async (): Promise<string> => {
  if (process.stdin.isTTY) return ''
  let text = ''
  for await (const piece of process.stdin.setEncoding('utf8')) {
    text += piece
    if (text.length > 64 * 1024) break
  }
  return text
}
