import { UsageError } from './command.ts'

const unitSeconds = new Map([
  ['s', 1],
  ['m', 60],
  ['h', 3600],
  ['d', 86_400],
])

/** Seconds in `45s`, `15m`, `12h`, `30d`. Throws UsageError. */
export const parseDuration = (text: string, option: string): number => {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? []
  const seconds = unitSeconds.get(unit ?? '')
  if (amount === undefined || seconds === undefined) {
    throw new UsageError(`${option} is ${JSON.stringify(text)}, not a duration such as 30d, 12h or 15m.`)
  }
  return Number(amount) * seconds
}
