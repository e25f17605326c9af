import 'server-only'

import { Fault } from '@watchbill/contract/fault'
import type { Machine } from '@watchbill/contract/machines'
import { headers } from 'next/headers'
import { apiUrl, serverApi, shortPatienceMs } from '../../lib/api-server.ts'
import { askProbe, type ProbeAnswer } from './probe-answer.ts'

/** Who reads the page, as far as the control plane knows them. */
export type Reader = 'anonymous' | 'signed-in'

export interface Readiness {
  readonly ready: ProbeAnswer
  readonly reader: Reader
  /** When this was asked, RFC 3339. */
  readonly askedAt: string
}

export interface Health extends Readiness {
  readonly live: ProbeAnswer
  /** Null where the reader may not see machines. */
  readonly machines: readonly Machine[] | null
}

async function ask(path: '/livez' | '/readyz'): Promise<ProbeAnswer> {
  const cookie = (await headers()).get('cookie')
  return askProbe(`${apiUrl()}${path}?verbose`, cookie, shortPatienceMs)
}

/** An answer from the API, or null where it refuses or is away: these pages never fail because of it. */
async function orNull<T>(call: Promise<T>): Promise<T | null> {
  try {
    return await call
  } catch (error) {
    if (error instanceof Fault) return null
    throw error
  }
}

export async function readReadiness(): Promise<Readiness> {
  const { client } = await serverApi(null, shortPatienceMs)
  const [ready, self] = await Promise.all([ask('/readyz'), orNull(client.getSelf())])
  return { ready, reader: self === null ? 'anonymous' : 'signed-in', askedAt: new Date().toISOString() }
}

export async function readHealth(workspace: string | null): Promise<Health> {
  const { client } = await serverApi(workspace, shortPatienceMs)
  const [live, readiness, list] = await Promise.all([
    ask('/livez'),
    readReadiness(),
    orNull(client.listMachines()),
  ])
  return { ...readiness, live, machines: list?.machines ?? null }
}
