import { ConfigError, formatProblem } from '../config/config-error.ts'
import { Failure } from './failure.ts'

/** A config that is not understood is not used in part: every command that needs it ends here. */
export const failureOfConfig = ({ path, problems }: ConfigError): Failure => {
  const why = problems.map((problem) => formatProblem(path, problem)).join('\n     ')
  const mend = [...new Set(problems.map((problem) => problem.mend))].join('\n      ')
  return new Failure('the config cannot be used', why, mend)
}

/** For `catch`: throws the Failure of a ConfigError, and anything else as it is. */
export const configFailure = (error: unknown): never => {
  throw error instanceof ConfigError ? failureOfConfig(error) : error
}
