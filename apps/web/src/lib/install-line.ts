import { programUrl } from './program-url.ts'

/** Whether only programs on the control plane's own machine reach it there. */
export function isOwnMachineOnly(origin: string): boolean {
  return /^https?:\/\/(127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/.test(programUrl(origin))
}

/** The script asks the terminal for the token: it stands in no history. */
export function askingLine(origin: string): string {
  const url = programUrl(origin)
  // The script refuses to send a credential in clear beyond its own machine unless told that the network is trusted.
  const trusted = url.startsWith('http:') && !isOwnMachineOnly(origin) ? 'WATCHBILL_INSECURE_HTTP=1 ' : ''
  return `${trusted}sh -c "$(curl -fsSL ${url}/install)"`
}

/** One line to paste: the token is in the environment of `sh` alone, never in an argument of any process. */
export function installLine(origin: string, token: string): string {
  return `WATCHBILL_ENROLL_TOKEN=${token} ${askingLine(origin)}`
}
