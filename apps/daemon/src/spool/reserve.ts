import { randomBytes } from 'node:crypto'
import { rm, stat, writeFile } from 'node:fs/promises'

const sizeBytes = 64 * 1024

/** Room kept for the moment the disk is full: enough to begin a new segment, after which the old ones can go. */
export class Reserve {
  readonly #path: string

  constructor(path: string) {
    this.#path = path
  }

  /** Makes sure it is there, if there is room for it. */
  async keep(): Promise<void> {
    const { size } = await stat(this.#path).catch(() => ({ size: 0 }))
    if (size === sizeBytes) return
    // Random, since a file system may give no room to zeros.
    await writeFile(this.#path, randomBytes(sizeBytes), { mode: 0o600 }).catch(() => this.spend())
  }

  /** Gives the room away; `keep` takes it back. */
  async spend(): Promise<void> {
    await rm(this.#path, { force: true }).catch(() => undefined)
  }
}
