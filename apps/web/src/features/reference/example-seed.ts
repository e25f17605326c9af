import 'server-only'

import { Fault } from '@watchbill/contract/fault'
import { serverApi } from '../../lib/api-server.ts'
import type { ExampleSeed } from './example-value.ts'

/** Ids of the reader's own fleet where there are some, so that the examples answer something. */
export async function readExampleSeed(): Promise<ExampleSeed> {
  const nowMs = Date.now()
  try {
    const { client } = await serverApi(null)
    const { sessions } = await client.listSessions({ query: { limit: '1' } })
    const [session] = sessions
    const ids = session && { ses: session.id, agt: session.agent.id, mch: session.machine.id }
    return { nowMs, ids: ids ?? {} }
  } catch (error) {
    if (error instanceof Fault) return { nowMs, ids: {} }
    throw error
  }
}
