import { type FileHandle, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { crc32 } from 'node:zlib'
import { syncFolder } from '../atomic-file.ts'

/** What reading a journal found: its records in order, and lines that were damaged in the middle of it. */
export interface Replay {
  readonly records: readonly unknown[]
  readonly damaged: number
}

/**
 * An append-only file of checked lines, `<crc32> <json>`. A record counts once `append` has resolved: it is on disk then
 * (fdatasync). A torn tail is cut off on opening; calls run one after the other.
 */
export class Journal {
  readonly #path: string
  #file: FileHandle
  #turn: Promise<unknown> = Promise.resolve()
  #torn = false
  sizeBytes: number

  private constructor(path: string, file: FileHandle, sizeBytes: number) {
    this.#path = path
    this.#file = file
    this.sizeBytes = sizeBytes
  }

  static async open(path: string): Promise<{ journal: Journal; replay: Replay }> {
    await rm(`${path}.new`, { force: true })
    const bytes = await readFile(path).catch(() => Buffer.alloc(0))
    const { replay, soundBytes } = readAll(bytes)
    const file = await open(path, 'a', 0o600)
    if (soundBytes < bytes.length) await file.truncate(soundBytes)
    await file.datasync()
    await syncFolder(dirname(path))
    return { journal: new Journal(path, file, soundBytes), replay }
  }

  /** Resolves when the records are on disk. Rejects when they are not: what was half written is taken back. */
  append(records: readonly unknown[]): Promise<void> {
    return this.#next(() => this.#append(records))
  }

  async #append(records: readonly unknown[]): Promise<void> {
    // What a failure left behind must not be whole after all when a later record says otherwise.
    if (this.#torn) await this.#file.truncate(this.sizeBytes)
    const text = records.map(formatRecord).join('')
    this.#torn = true
    try {
      await this.#file.appendFile(text)
      await this.#file.datasync()
    } catch (error) {
      await this.#file.truncate(this.sizeBytes).catch(() => undefined)
      throw error
    }
    this.#torn = false
    this.sizeBytes += Buffer.byteLength(text)
  }

  /** Resolves when so many bytes could be written; takes them back. Rejects when they could not. */
  probe(bytes: number): Promise<void> {
    return this.#next(async () => {
      this.#torn = true
      try {
        // Empty lines say nothing, should they stay.
        await this.#file.appendFile(Buffer.alloc(bytes, '\n'))
        await this.#file.datasync()
      } finally {
        await this.#file.truncate(this.sizeBytes)
        this.#torn = false
      }
    })
  }

  /** Forgets every record, in place: works on a full disk and gives its room back. */
  clear(): Promise<void> {
    return this.#next(async () => {
      await this.#file.truncate(0)
      this.#torn = false
      this.sizeBytes = 0
    })
  }

  /** Replaces the file by one that holds these records only; `records` is asked for when its turn has come. */
  rewrite(records: () => readonly unknown[]): Promise<void> {
    return this.#next(async () => {
      const text = records().map(formatRecord).join('')
      const next = await open(`${this.#path}.new`, 'w', 0o600)
      try {
        await next.writeFile(text)
        await next.datasync()
        await rename(`${this.#path}.new`, this.#path)
        await syncFolder(dirname(this.#path))
      } finally {
        await next.close()
      }
      await this.#file.close()
      this.#file = await open(this.#path, 'a', 0o600)
      this.sizeBytes = Buffer.byteLength(text)
    })
  }

  async close(): Promise<void> {
    await this.#next(() => this.#file.close())
  }

  #next<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(work, work)
    this.#turn = turn.catch(() => undefined)
    return turn
  }
}

/** One checked line. */
export const formatRecord = (record: unknown): string => {
  const body = JSON.stringify(record)
  return `${crc32(body).toString(16).padStart(8, '0')} ${body}\n`
}

/** Everything up to the last sound line end; damaged lines before that are counted and left out. */
const readAll = (bytes: Buffer): { replay: Replay; soundBytes: number } => {
  const records: unknown[] = []
  let damaged = 0
  let from = 0
  for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
    const line = bytes.subarray(from, end).toString('utf8')
    from = end + 1
    const record = parseRecord(line)
    if (record !== undefined) records.push(record)
    else if (line !== '') damaged += 1
  }
  return { replay: { records, damaged }, soundBytes: from }
}

/** The record of a line without its end; undefined when it is damaged. */
export const parseRecord = (line: string): unknown => {
  const body = line.slice(9)
  if (line.slice(0, 8) !== crc32(body).toString(16).padStart(8, '0')) return undefined
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
