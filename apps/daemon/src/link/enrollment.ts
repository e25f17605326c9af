import { createClient } from '@watchbill/contract/client'
import type { Credential } from './credential.ts'
import { strictFetch } from './strict-fetch.ts'

const loopback = new Set(['127.0.0.1', '[::1]', 'localhost', 'watchbill.localhost'])

/** Trades an enrolment token for this machine's own credential. Throws the control plane's Fault. */
export const joinMachine = async (
  apiUrl: string,
  token: string,
  machineName: string,
  nowMs: number,
  publicKey: string,
): Promise<Credential> => {
  const client = createClient({
    baseUrl: apiUrl,
    token,
    fetch: strictFetch,
    signal: AbortSignal.timeout(15_000),
  })
  const { machineId, workspace, credential } = await client.joinMachine({
    body: { name: machineName, publicKey },
  })
  return {
    v: 1,
    apiUrl,
    machineId,
    machineName,
    workspace,
    secret: credential,
    payload: isLoopback(apiUrl) ? 'request' : 'none',
    joinedAt: new Date(nowMs).toISOString(),
  }
}

export const isLoopback = (url: string): boolean => loopback.has(new URL(url).hostname)
