import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { agentIdOf } from '@watchbill/runtimes'
import * as z from 'zod/mini'
import type { DataFolder } from '../data-folder.ts'
import { readCredential } from '../link/credential.ts'

/** Agent ids of a runtime's folder, as far as this machine has given one. */
export type AgentIds = (runtime: string, base: string) => readonly string[]

const Stored = z.object({
  agents: z.array(z.object({ runtime: z.string(), root: z.string(), id: z.string() })),
})

/** The random ids the daemon gave, and the ones derived before it gave any. What cannot be read gives none. */
export const readAgentIds = async (folder: DataFolder): Promise<AgentIds> => {
  const text = await readFile(join(folder.path, 'identities.json'), 'utf8').catch(() => '{}')
  const { agents } = parse(text)
  const credential = await readCredential(folder.credential).catch(() => null)
  return (runtime, base) => [
    ...agents.filter((agent) => agent.runtime === runtime && agent.root === base).map(({ id }) => id),
    ...(credential === null ? [] : [agentIdOf(credential.machineId, runtime, base)]),
  ]
}

const parse = (text: string): z.infer<typeof Stored> => {
  try {
    return Stored.parse(JSON.parse(text))
  } catch {
    return { agents: [] }
  }
}
