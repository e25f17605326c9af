import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { DataFolder } from '../data-folder.ts'

/** Agent ids of a runtime's folder, as far as this machine has given one. */
export type AgentIds = (runtime: string, base: string) => readonly string[]

const Stored = z.object({
  agents: z.array(z.object({ runtime: z.string(), root: z.string(), id: z.string() })),
})

/** What cannot be read gives none. */
export const readAgentIds = async (folder: DataFolder): Promise<AgentIds> => {
  const text = await readFile(join(folder.path, 'identities.json'), 'utf8').catch(() => '{}')
  const { agents } = parse(text)
  return (runtime, base) =>
    agents.filter((agent) => agent.runtime === runtime && agent.root === base).map(({ id }) => id)
}

const parse = (text: string): z.infer<typeof Stored> => {
  try {
    return Stored.parse(JSON.parse(text))
  } catch {
    return { agents: [] }
  }
}
