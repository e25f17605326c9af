import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/**
 * Trust boundary: what a root's path leads to is settled at the first look. A root that leads elsewhere later was
 * replaced by a link, by whoever may write beside it, and is refused until the daemon is started again.
 */
export class RootPins {
  readonly #real = new Map<string, string>()

  /** What the path led to at the first look; null before it. */
  pinned(path: string): string | null {
    return this.#real.get(path) ?? null
  }

  /** Why the root must not be read now, or null. `real` is what its path leads to now; null when it is not there. */
  async refusal(path: string, real: string | null): Promise<string | null> {
    const pinned = this.#real.get(path)
    if (pinned === undefined) {
      this.#real.set(path, real ?? (await expected(path)))
      return null
    }
    if (real === null || real === pinned) return null
    return 'replaced by a symbolic link since the start; start the daemon again if you did this'
  }
}

/** Where a folder that is not there yet will lie if it is made as a folder and not as a link. */
const expected = async (path: string): Promise<string> => {
  const parent = dirname(path)
  if (parent === path) return path
  const real = await realpath(parent).catch(() => null)
  return join(real ?? (await expected(parent)), basename(path))
}
