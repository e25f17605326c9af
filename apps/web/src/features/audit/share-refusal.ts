import { Fault } from '@watchbill/contract/fault'

/** Why the control plane refused, the exact place and the way out, in one line. */
export function refusalOf(error: unknown): string {
  if (!(error instanceof Fault)) return error instanceof Error ? error.message : 'the control plane refused'
  const places = error.errors.map(({ detail }) => detail).filter((detail) => !error.message.includes(detail))
  return [error.message, ...places, error.mend].filter((part) => part !== null && part !== '').join('. ')
}
