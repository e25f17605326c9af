import { Fault } from '@watchbill/contract/fault'

/** Why the control plane refused and the way out, in sentences. Pointers and routes are for programs, so they are left out. */
export function refusalOf(error: unknown): string {
  if (!(error instanceof Fault)) return error instanceof Error ? error.message : 'The control plane refused.'
  return [error.message, error.mend].flatMap((part) => (part === null ? [] : [sentence(part)])).join(' ')
}

const sentence = (text: string): string => {
  const said = text.replace(/^\/[\w/]+: /, '').replace(/ \((?:GET|POST) [^)]*\)/g, '')
  return `${said.charAt(0).toUpperCase()}${said.slice(1).replace(/\.$/, '')}.`
}
