import { Fault } from '@watchbill/contract/fault'
import { EnvError } from './env.ts'

/** What went wrong at start, why, and how to mend it, in a few lines for a person. */
export const explain = (error: unknown): string => {
  if (error instanceof EnvError) return `watchbill cannot start:\n  ${error.complaints.join('\n  ')}`
  if (error instanceof Fault) return `watchbill: ${error.message}${error.mend ? `\n  ${error.mend}` : ''}`
  const code = codeOf(error)
  if (code === 'EADDRINUSE') {
    return (
      `watchbill cannot listen on ${addressIn(error)}: another program has that port.\n` +
      '  If it is an older Watchbill, stop that one; otherwise choose another port: WATCHBILL_PORT=4050.'
    )
  }
  if (code === 'EACCES' && addressIn(error) !== '') {
    return (
      `watchbill may not listen on ${addressIn(error)}: ports below 1024 need special rights.\n` +
      '  Use WATCHBILL_PORT=4040 and let a proxy take the low port.'
    )
  }
  if (code === 'EADDRNOTAVAIL') {
    return 'watchbill cannot listen: this machine does not have the address in WATCHBILL_BIND.\n  Use 127.0.0.1.'
  }
  if (/^(EACCES|EROFS|ENOSPC|ENOTDIR|EEXIST)$/.test(code)) {
    return `watchbill cannot write its data folder (${code}).\n  Set WATCHBILL_DATA to a folder this user owns.`
  }
  return `watchbill: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`
}

/** 2: started wrongly, and the same start would end the same way. 1: may pass by itself. */
export const exitCodeOf = (error: unknown): 1 | 2 => {
  const lasting = error instanceof EnvError || (error instanceof Fault && error.code !== 'unavailable')
  return lasting || /^E(ADDR|ACCES|ROFS|NOTDIR|EXIST)/.test(codeOf(error)) ? 2 : 1
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : ''

const addressIn = (error: unknown): string => {
  if (!(error instanceof Error) || !('port' in error)) return ''
  const address = 'address' in error ? String(error.address) : ''
  return `${address.includes(':') ? `[${address}]` : address}:${String(error.port)}`
}
