import { createClient } from '@watchbill/contract/client'
import { Fault } from '@watchbill/contract/fault'
import type { Self } from '@watchbill/contract/identity'
import { headers } from 'next/headers'
import type { ApiAccess } from './api.ts'

/** Where the API listens, `http://127.0.0.1:4041`; set by whoever starts both processes. */
export function apiUrl(): string {
  return process.env.WATCHBILL_API_URL ?? 'http://127.0.0.1:4040'
}

/** How long a page waits for the API before it says that there is no answer. */
const patienceMs = 10_000
/** The same for what stands on every page, health pages too. */
export const shortPatienceMs = 3000

/** Calls in the reader's name: their cookie goes along, nothing else of the request does. */
export async function serverApi(workspace: string | null, patience = patienceMs): Promise<ApiAccess> {
  const cookie = (await headers()).get('cookie')
  return {
    workspace,
    client: createClient({
      baseUrl: apiUrl(),
      fetch: (input, init) => fetch(input, { ...init, signal: AbortSignal.timeout(patience) }),
      ...(cookie === null ? {} : { headers: { cookie } }),
      ...(workspace === null ? {} : { workspace }),
    }),
  }
}

/** First value of a search parameter. */
export function firstOf(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value[0] : value) ?? null
}

/** Who is signed in; null when nobody is, or when the API cannot say. */
export async function readSelf(): Promise<Self | null> {
  try {
    return await (await serverApi(null, shortPatienceMs)).client.getSelf()
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}
