import { readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MachineId } from '@watchbill/contract/values'
import * as z from 'zod/mini'
import { syncFolder, writeAtomic } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'

const Whole = z.int().check(z.minimum(0))

const Remembered = z.strictObject({
  epoch: Whole,
  origin: z.string(),
  size: Whole,
  /** Base64url, 32 bytes. */
  root: z.string(),
  /** The signed note itself: with a second one it proves a contradiction to anybody. */
  note: z.string(),
})
export type Remembered = z.infer<typeof Remembered>

/** Entries `from` to `to` - 1 of the log that a restore lost, openly; shown for ever. */
const Restore = z.strictObject({ epoch: Whole, from: Whole, to: Whole, atMs: z.number() })

const Stored = z.strictObject({
  v: z.literal(1),
  machineId: MachineId,
  /** C2SP verifier keys that were trusted on first use, or along a path from one that was. */
  keys: z.array(z.string()),
  checkpoint: z.nullable(Remembered),
  /** Epoch under which entries of the present chain were proven last; null while none were. */
  provenEpoch: z.nullable(Whole),
  restores: z.array(Restore),
})
export type Memory = z.infer<typeof Stored>

/**
 * What this machine knows of its control plane's log: the keys, the newest checkpoint it believed, what restores lost.
 * On disk and synced before anything follows from it. Trust on first use (SECURITY "Log, sealer, keys").
 */
export class LogMemory {
  readonly #path: string
  #stored: Memory

  private constructor(path: string, stored: Memory) {
    this.#path = path
    this.#stored = stored
  }

  /** Another machine id (enrolled anew) knows nothing yet. A damaged file is kept as `.unusable`, and said. */
  static async open(path: string, machineId: string, damaged: () => void): Promise<LogMemory> {
    const empty: Memory = { v: 1, machineId, keys: [], checkpoint: null, provenEpoch: null, restores: [] }
    try {
      const stored = Stored.parse(JSON.parse(await readFile(path, 'utf8')))
      return new LogMemory(path, stored.machineId === machineId ? stored : empty)
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return new LogMemory(path, empty)
      if (errorCode(error) !== null) throw error
      await rename(path, `${path}.unusable`)
      damaged()
      return new LogMemory(path, empty)
    }
  }

  get known(): Memory {
    return this.#stored
  }

  /** Resolves when it is on disk; what was known before stands until then. */
  async learn(news: Partial<Omit<Memory, 'v' | 'machineId'>>): Promise<void> {
    const next = { ...this.#stored, ...news }
    if (JSON.stringify(next) === JSON.stringify(this.#stored)) return
    await writeAtomic(this.#path, `${JSON.stringify(next, null, 2)}\n`)
    await syncFolder(dirname(this.#path))
    this.#stored = next
  }
}
