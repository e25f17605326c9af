/** One thing wrong in a config file; `line` and `column` count from 1, null where there is no place. */
export interface Problem {
  readonly line: number | null
  readonly column: number | null
  readonly what: string
  readonly mend: string
}

/** The config cannot be used; nothing of it was. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  readonly path: string
  readonly problems: readonly Problem[]

  constructor(path: string, problems: readonly Problem[]) {
    super(problems.map((problem) => formatProblem(path, problem)).join('; '))
    this.path = path
    this.problems = problems
  }
}

export const formatProblem = (path: string, { line, column, what }: Problem): string =>
  line === null ? `${path}: ${what}` : `${path}:${line}:${column}: ${what}`
