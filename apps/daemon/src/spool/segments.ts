import { open, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../atomic-file.ts'
import { formatRecord, Journal, type Replay } from './journal.ts'

interface Segment {
  /** Number of the first entry that may stand in it. */
  readonly first: number
  readonly path: string
}

/**
 * An entry log cut into files named after their first entry's number. Only the last one grows; it begins with a record
 * of where everything stood, so that the ones before it are needed for what was not acknowledged only.
 */
export class Segments {
  readonly #folder: string
  #all: Segment[]
  #journal: Journal

  private constructor(folder: string, all: Segment[], journal: Journal) {
    this.#folder = folder
    this.#all = all
    this.#journal = journal
  }

  /** Opens the newest one, or begins with these records where there is none. */
  static async open(
    folder: string,
    begin: readonly unknown[],
  ): Promise<{ segments: Segments; replay: Replay }> {
    const names = (await readdir(folder)).filter((name) => /^\d{16}\.log$/.test(name)).sort()
    const all = names.map((name) => ({ first: Number.parseInt(name, 10), path: join(folder, name) }))
    if (all.length === 0) all.push(await create(folder, 0, begin))
    const { journal, replay } = await Journal.open(all.at(-1)?.path ?? '')
    return { segments: new Segments(folder, all, journal), replay }
  }

  get sizeBytes(): number {
    return this.#journal.sizeBytes
  }

  get count(): number {
    return this.#all.length
  }

  /** Number of the oldest entry still held, if any is. */
  get first(): number {
    return this.#all[0]?.first ?? 0
  }

  /** Number of the first entry that may stand in the file that grows. */
  get newest(): number {
    return this.#all.at(-1)?.first ?? 0
  }

  append(record: unknown): Promise<void> {
    return this.#journal.append([record])
  }

  /** Resolves when so many bytes could be written here. */
  probe(bytes: number): Promise<void> {
    return this.#journal.probe(bytes)
  }

  /** Begins a new file for entries from `first` on. */
  async turn(first: number, begin: readonly unknown[]): Promise<void> {
    const next = await create(this.#folder, first, begin)
    const { journal } = await Journal.open(next.path)
    await this.#journal.close()
    this.#journal = journal
    this.#all = [...this.#all.filter((segment) => segment.first !== first), next]
  }

  /** Removes files that hold nothing from `first` on. */
  async dropBefore(first: number): Promise<void> {
    for (let next = this.#all[1]; next !== undefined && next.first <= first; next = this.#all[1]) {
      const [oldest] = this.#all.splice(0, 1)
      if (oldest !== undefined) await rm(oldest.path, { force: true })
    }
  }

  /** The files that hold entries from `first` on, oldest first. */
  from(first: number): readonly Segment[] {
    const at = this.#all.findLastIndex((segment) => segment.first <= first)
    return this.#all.slice(Math.max(0, at))
  }

  close(): Promise<void> {
    return this.#journal.close()
  }
}

const create = async (folder: string, first: number, begin: readonly unknown[]): Promise<Segment> => {
  const path = join(folder, segmentName(first))
  await writeRecords(path, begin)
  await syncFolder(folder)
  return { first, path }
}

export const segmentName = (first: number): string => `${String(first).padStart(16, '0')}.log`

/** Whole or not at all, even when the power goes; the folder is the caller's to sync. */
export const writeRecords = async (
  path: string,
  records: Iterable<unknown> | AsyncIterable<unknown>,
): Promise<void> => {
  const temporary = `${path}.new`
  try {
    const file = await open(temporary, 'w', 0o600)
    try {
      for await (const record of records) await file.writeFile(formatRecord(record))
      await file.datasync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}
