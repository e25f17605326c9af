import { randomBytes } from 'node:crypto'
import { rm, stat, writeFile } from 'node:fs/promises'

/** Less than this is of no use to anybody. */
const leastBytes = 4096

/** Room kept for the moment the disk is full: for what must be written before anything may be deleted. */
export class Reserve {
  readonly #path: string
  readonly #sizeBytes: number

  constructor(path: string, sizeBytes: number) {
    this.#path = path
    this.#sizeBytes = sizeBytes
  }

  /** Makes sure it is there, or as much of it as there is room for. */
  async keep(): Promise<void> {
    const { size } = await stat(this.#path).catch(() => ({ size: 0 }))
    if (size === this.#sizeBytes) return
    for (let bytes = this.#sizeBytes; bytes >= leastBytes; bytes /= 2) if (await this.#take(bytes)) return
    await this.spend()
  }

  /** Random, since a file system may give no room to zeros. */
  #take(bytes: number): Promise<boolean> {
    return writeFile(this.#path, randomBytes(bytes), { mode: 0o600 }).then(
      () => true,
      () => false,
    )
  }

  /** Gives the room away; `keep` takes it back. */
  async spend(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => undefined)
  }
}
