import { readFile, rename } from 'node:fs/promises'
import { dirname } from 'node:path'
import { MachineId } from '@watchbill/contract/values'
import * as z from 'zod/mini'
import { syncFolder, writeAtomic } from '../atomic-file.ts'
import { errorCode } from '../error-code.ts'
import { Reserve } from '../spool/reserve.ts'

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

/** What the memory needs of the daemon around it. */
export interface Room {
  /** A file that could not be read was put aside. */
  readonly damaged: () => void
  /** Gives up whatever may be given up for room on the disk. */
  readonly relieve: () => Promise<void>
}

/** Several notes with the lines of their witnesses. */
const reserveBytes = 32 * 1024

/**
 * What this machine knows of its control plane's log: the keys, the newest checkpoint it believed, what restores lost.
 * On disk and synced before anything follows from it. Trust on first use (SECURITY "Log, sealer, keys").
 */
export class LogMemory {
  readonly #path: string
  readonly #room: Room
  readonly #reserve: Reserve
  #stored: Memory

  private constructor(path: string, stored: Memory, room: Room) {
    this.#path = path
    this.#stored = stored
    this.#room = room
    this.#reserve = new Reserve(`${path}.reserve`, reserveBytes)
  }

  /** Another machine id (enrolled anew) knows nothing yet. A damaged file is kept as `.unusable`, and said. */
  static async open(path: string, machineId: string, room: Room): Promise<LogMemory> {
    const memory = new LogMemory(path, await readStored(path, machineId, room), room)
    await memory.#reserve.keep()
    return memory
  }

  get known(): Memory {
    return this.#stored
  }

  /** Resolves when it is on disk; what was known before stands until then. */
  async learn(news: Partial<Omit<Memory, 'v' | 'machineId'>>): Promise<void> {
    const next = { ...this.#stored, ...news }
    if (JSON.stringify(next) === JSON.stringify(this.#stored)) return
    await this.#write(`${JSON.stringify(next, null, 2)}\n`)
    this.#stored = next
  }

  /** On a full disk nothing is proven, so nothing goes, until this is written: telemetry and the reserve make room for it. */
  async #write(text: string): Promise<void> {
    try {
      await writeAtomic(this.#path, text)
    } catch {
      await this.#room.relieve()
      await this.#reserve.spend()
      await writeAtomic(this.#path, text)
    }
    await syncFolder(dirname(this.#path))
    await this.#reserve.keep()
  }
}

const readStored = async (path: string, machineId: string, { damaged }: Room): Promise<Memory> => {
  const empty: Memory = { v: 1, machineId, keys: [], checkpoint: null, provenEpoch: null, restores: [] }
  try {
    const stored = Stored.parse(JSON.parse(await readFile(path, 'utf8')))
    return stored.machineId === machineId ? stored : empty
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return empty
    if (errorCode(error) !== null) throw error
    await rename(path, `${path}.unusable`)
    damaged()
    return empty
  }
}
