import { isLoopback } from '../http/loopback.ts'

/** Where a program on a machine reaches this control plane: names under `.localhost` are the browser's alone. */
export const programOrigin = (publicUrl: string): string => {
  const url = new URL(publicUrl)
  if (url.hostname === 'localhost' || url.hostname.endsWith('.localhost')) url.hostname = '127.0.0.1'
  return url.origin
}

/** Whether a credential sent there could be read on the way (SECURITY "Web and API"). */
export const travelsInClear = (origin: string): boolean => {
  const { protocol, hostname } = new URL(origin)
  return protocol === 'http:' && !isLoopback(hostname)
}
