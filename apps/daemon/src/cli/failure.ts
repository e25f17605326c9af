/** What a command could not do, why, and how to mend it; printed on stderr, or as JSON with `--json`. */
export class Failure extends Error {
  override readonly name = 'Failure'
  readonly why: string
  readonly mend: string
  readonly exitCode: number

  constructor(what: string, why: string, mend: string, exitCode = 1) {
    super(what)
    this.why = why
    this.mend = mend
    this.exitCode = exitCode
  }
}

export const formatFailure = ({ message, why, mend }: Failure, json: boolean): string =>
  json
    ? JSON.stringify({ error: { what: message, why, mend } })
    : `watchbill: ${message}\nWhy: ${why}\nMend: ${mend}`
