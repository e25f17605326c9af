import { createHash } from 'node:crypto'
import { readdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { writeAtomic } from '../atomic-file.ts'
import { Cursor } from './cursor.ts'

const keepArchivedMs = 30 * 86_400_000

/** Cursors in a folder, one file each, written whole or not at all. A damaged one is dropped: its file is read again. */
export class CursorStore {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Every usable cursor; leftovers of a crash, damaged ones and those archived over 30 days ago are removed. */
  async load(nowMs: number): Promise<Cursor[]> {
    const cursors: Cursor[] = []
    for (const name of await readdir(this.#folder)) {
      const cursor = await readCursor(join(this.#folder, name))
      const old = cursor?.archivedMs != null && nowMs - cursor.archivedMs > keepArchivedMs
      if (cursor === null || old || name !== fileName(cursor.root, cursor.path)) {
        await rm(join(this.#folder, name), { force: true, recursive: true })
      } else {
        cursors.push(cursor)
      }
    }
    return cursors
  }

  async save(cursor: Cursor): Promise<void> {
    const body = JSON.stringify(cursor)
    const name = fileName(cursor.root, cursor.path)
    await writeAtomic(join(this.#folder, name), `${sha256(body)}\n${body}\n`)
  }

  async remove(root: string, path: string): Promise<void> {
    await rm(join(this.#folder, fileName(root, path)), { force: true })
  }
}

const readCursor = async (path: string): Promise<Cursor | null> => {
  try {
    const text = await readFile(path, 'utf8')
    const body = text.slice(65, -1)
    if (text.slice(0, 64) !== sha256(body)) return null
    const parsed = Cursor.safeParse(JSON.parse(body))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Names of other people's folders stay out of file names: a digest of where the file lies. */
export const fileDigest = (root: string, path: string): string => sha256(`${root}\0${path}`).slice(0, 32)

const fileName = (root: string, path: string): string => `${fileDigest(root, path)}.json`

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
