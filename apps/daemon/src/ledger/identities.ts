import { createHmac, randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { newId } from '@watchbill/contract/ids'
import { AgentId, MachineId } from '@watchbill/contract/values'
import * as z from 'zod/mini'
import { writeAtomicSync } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'

const Stored = z.strictObject({
  v: z.literal(1),
  machineId: MachineId,
  /** Keeps somebody who writes rows from making two facts look like one (base64url, 32 bytes). */
  factKey: z.string().check(z.regex(/^[A-Za-z0-9_-]{43}$/)),
  agents: z.array(z.strictObject({ runtime: z.string(), root: z.string(), id: AgentId })),
})
type Stored = z.infer<typeof Stored>

/**
 * The names of this machine's agents: random, so that no header derives from a host, a user or a path (SECURITY "Entry
 * and commitment"). On disk (0600, replaced whole) before one is used.
 */
export class Identities {
  readonly #path: string
  #stored: Stored

  private constructor(path: string, stored: Stored) {
    this.#path = path
    this.#stored = stored
  }

  /** Another machine id (enrolled anew) means other agents. Throws when the file is there and unusable. */
  static open(path: string, machineId: string): Identities {
    const known = readStored(path)
    if (known?.machineId === machineId) return new Identities(path, known)
    const factKey = known?.factKey ?? randomBytes(32).toString('base64url')
    const stored: Stored = { v: 1, machineId, factKey, agents: [] }
    writeAtomicSync(path, format(stored))
    return new Identities(path, stored)
  }

  /** The id of one runtime's folder on this machine; null while a new one cannot be written down. */
  agentId(runtime: string, root: string, nowMs: number): string | null {
    const known = this.#stored.agents.find((agent) => agent.runtime === runtime && agent.root === root)
    if (known !== undefined) return known.id
    const agent = { runtime, root, id: newId('agt', nowMs, randomBytes(10)) }
    const next = { ...this.#stored, agents: [...this.#stored.agents, agent] }
    try {
      writeAtomicSync(this.#path, format(next))
    } catch {
      return null
    }
    this.#stored = next
    return agent.id
  }

  /** 64 bits that stand for a fact's key, 16 hex digits; only this machine can compute them. */
  factHash(key: string): string {
    return createHmac('sha256', this.#stored.factKey).update(key).digest('hex').slice(0, 16)
  }
}

const format = (stored: Stored): string => `${JSON.stringify(stored, null, 2)}\n`

const readStored = (path: string): Stored | null => {
  try {
    return Stored.parse(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw new Error(`${path} is not a file of this version; move it away to give the agents new names`)
  }
}
