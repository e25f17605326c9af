import { appendFile, readFile, rename, stat } from 'node:fs/promises'

const limitBytes = 1024 * 1024

/** Items the control plane refused for good, each with its reason: 1 MiB and one older generation are kept. */
export class Aside {
  readonly #path: string
  count: number

  private constructor(path: string, count: number) {
    this.#path = path
    this.count = count
  }

  static async open(path: string): Promise<Aside> {
    const text = await readFile(path, 'utf8').catch(() => '')
    return new Aside(path, text.split('\n').length - 1)
  }

  async add(reason: string, atMs: number, item: unknown): Promise<void> {
    const { size } = await stat(this.#path).catch(() => ({ size: 0 }))
    if (size > limitBytes) await rename(this.#path, `${this.#path}.1`)
    const line = JSON.stringify({ at: new Date(atMs).toISOString(), reason, item })
    await appendFile(this.#path, `${line}\n`, { mode: 0o600 })
    this.count += 1
  }
}
