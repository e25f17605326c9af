import { open, readFile, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { syncFolder } from '../atomic-file.ts'
import { FactTable } from './fact-table.ts'

/** Two generations of this many: at least so many facts are remembered, at most twice as many. */
const generationSize = 262_144

/**
 * The facts told so far, as 64-bit hashes: a fork, a resumed or a rewritten file tells none of them again. Held in memory;
 * `flush` makes it durable, so a record that adds to it must be kept until then.
 */
export class Facts {
  readonly #folder: string
  readonly #limit: number
  #young: FactTable
  #old: FactTable
  #unsaved: bigint[] = []

  private constructor(folder: string, limit: number, young: FactTable, old: FactTable) {
    this.#folder = folder
    this.#limit = limit
    this.#young = young
    this.#old = old
  }

  static async open(folder: string, limit = generationSize): Promise<Facts> {
    const [young, old] = [await load(join(folder, 'facts.young')), await load(join(folder, 'facts.old'))]
    return new Facts(folder, limit, young, old)
  }

  get size(): number {
    return this.#young.size + this.#old.size
  }

  has(fact: string): boolean {
    const hash = BigInt(`0x${fact}`)
    return this.#young.has(hash) || this.#old.has(hash)
  }

  add(fact: string): void {
    const hash = BigInt(`0x${fact}`)
    if (!this.#old.has(hash) && this.#young.add(hash)) this.#unsaved.push(hash)
  }

  /** Resolves when every fact added so far is on disk. Rejects when it is not; flushing again mends it. */
  async flush(): Promise<void> {
    if (this.#unsaved.length === 0) return
    const saved = this.#unsaved.length
    const path = join(this.#folder, 'facts.young')
    const file = await open(path, 'a', 0o600)
    try {
      // A torn tail of an earlier attempt would shift every hash behind it.
      const { size } = await file.stat()
      if (size % 8 !== 0) await file.truncate(size - (size % 8))
      await file.appendFile(new Uint8Array(BigUint64Array.from(this.#unsaved.slice(0, saved)).buffer))
      await file.datasync()
    } finally {
      await file.close()
    }
    this.#unsaved = this.#unsaved.slice(saved)
    if (this.#young.size >= this.#limit) await this.#turn(path)
  }

  async #turn(path: string): Promise<void> {
    await rename(path, join(this.#folder, 'facts.old'))
    await syncFolder(dirname(path))
    this.#old = this.#young
    this.#young = new FactTable()
    for (const hash of this.#unsaved) this.#young.add(hash)
  }
}

const load = async (path: string): Promise<FactTable> => {
  const table = new FactTable()
  const bytes = await readFile(path).catch(() => Buffer.alloc(0))
  const whole = bytes.length - (bytes.length % 8)
  for (const hash of new BigUint64Array(new Uint8Array(bytes.subarray(0, whole)).buffer)) table.add(hash)
  return table
}
