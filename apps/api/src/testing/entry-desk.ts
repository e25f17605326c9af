import type { ProducedEntry } from '@watchbill/contract/audit'
import { Fault } from '@watchbill/contract/fault'
import { createPostEntries } from '../audit/service.ts'
import type { Deps } from '../deps.ts'
import type { Actor } from '../http/handler.ts'
import type { OpenBackend } from './backends.ts'

const now = Date.UTC(2026, 10, 20, 12)
const config: Deps['config'] = {
  publicUrl: 'http://watchbill.test',
  allowedHosts: [],
  version: '0.0.0',
  releaseId: 'test',
  runtime: 'node',
  cronSecret: null,
}

/** The credential of a joined machine. */
export const machineActor = (name: string): Actor => ({
  kind: 'machine',
  id: `key_${name}`,
  name,
  scopes: new Set(['entry:write']),
  workspaces: ['default'],
  machineId: `mch_${name}`,
  expiresAt: null,
})

/** The service that takes entries, on a database of its own, asked by the machine `laptop` unless said. */
export const openEntryDesk = async (open: OpenBackend) => {
  const database = await open({ now: () => now })
  const logged: unknown[] = []
  const { dbFor, record } = database
  const deps = { dbFor, record, config, log: (line: unknown) => void logged.push(line) }
  const service = createPostEntries(deps)
  // Without turns within the process, as several processes on one database are.
  const elsewhere = createPostEntries({ ...deps, config: { ...config, runtime: 'edge' } })
  const call = { actor: machineActor('laptop'), workspace: 'default', now }
  return {
    database,
    deps,
    logged,
    post: (entries: readonly ProducedEntry[], actor = call.actor) => service({ ...call, actor }, entries),
    postElsewhere: (entries: readonly ProducedEntry[]) => elsewhere(call, entries),
    /** Headers held of a producer, in the order they were taken in. */
    held: async (producer: string) => {
      const rows = await database.raw(
        `SELECT CAST(e.header AS TEXT) AS header FROM entries e JOIN producers p
          ON p.workspace_id = e.workspace_id AND p.no = e.producer_no WHERE p.id = ? ORDER BY e.seq`,
        [producer],
      )
      return rows.map((row) => row.header)
    },
  }
}

export type EntryDesk = Awaited<ReturnType<typeof openEntryDesk>>

/** The Fault a call ends in; anything else fails the test. */
export const refusalOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error = await work.catch((error: unknown) => error)
  if (error instanceof Fault) return error
  throw new Error(`no Fault but ${String(error)}`)
}
