import { createWriteStream, mkdirSync, readdirSync, type WriteStream, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { finished } from 'node:stream/promises'
import { base64url, type Frontier, merkle, tiles } from '@watchbill/ledger'
import { folderFiles, type LogFacts, type PayloadLine } from './log-folder.ts'
import type { EntryRow, LogRows } from './rows.ts'

export interface FolderOptions {
  readonly folder: string
  readonly workspace: string
  /** The newest checkpoint: what the folder will prove. */
  readonly checkpoint: { readonly note: string; readonly size: number }
  readonly payloads: boolean
  /** `evidence.formatKeyPath` */
  readonly keyPath: string
  readonly onProgress: (done: number, of: number) => void
}

const hashBytes = 32

/**
 * Writes a log out, tiles made anew from its headers; `checkpoint` comes last, so a folder with one is whole. Answers with the
 * root of what was written, for the caller to hold against the checkpoint. Throws for a folder that is not empty.
 */
export const writeFolder = async (rows: LogRows, options: FolderOptions): Promise<Uint8Array> => {
  const { folder, checkpoint } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (readdirSync(folder).length > 0) throw new Error(`${folder} is not empty`)
  const erasures: { seq: number; by: number }[] = []
  const payloads = options.payloads ? openLines(join(folder, folderFiles.payloads)) : null
  const cutter = createCutter(folder)
  let frontier: Frontier = merkle.emptyFrontier
  while (frontier.size < checkpoint.size) {
    const n = Math.floor(frontier.size / tiles.tileWidth)
    const width = tiles.widthAt(0, n, checkpoint.size)
    const page = await rows.entries(frontier.size, width)
    if (page.length !== width || page[0]?.seq !== frontier.size)
      throw new Error(`entry ${frontier.size} is missing`)
    write(folder, tiles.formatBundlePath({ n, width }), tiles.formatBundle(page.map(({ header }) => header)))
    for (const row of page) {
      frontier = merkle.appendLeaf(frontier, merkle.leafHash(row.header), cutter.node)
      if (row.erasedBy !== null) erasures.push({ seq: row.seq, by: row.erasedBy })
      payloads?.write(lineOf(row))
    }
    options.onProgress(frontier.size, checkpoint.size)
  }
  cutter.end()
  if (payloads) await payloads.end()
  await writeFacts(rows, options, erasures)
  const root = merkle.rootOf(frontier)
  write(folder, folderFiles.checkpoint, new TextEncoder().encode(checkpoint.note))
  return root
}

const writeFacts = async (
  rows: LogRows,
  { folder, workspace, keyPath }: FolderOptions,
  erasures: LogFacts['erasures'],
): Promise<void> => {
  const [head, epochs, keys, equivocations] = await Promise.all([
    rows.head(),
    rows.epochs(),
    rows.keys(),
    rows.equivocations(),
  ])
  const facts: LogFacts = {
    v: 1,
    workspace,
    epoch: head?.epoch ?? 0,
    epochs: epochs.map(({ oldRoot, ...epoch }) => ({
      ...epoch,
      oldRoot: oldRoot === null ? null : base64url.encode(oldRoot),
    })),
    keys: [...keys],
    erasures,
    equivocations: equivocations.map(({ leaf, header, ...place }) => ({
      ...place,
      leaf: base64url.encode(leaf),
      header: base64url.encode(header),
    })),
  }
  const encode = (text: string) => new TextEncoder().encode(text)
  write(folder, folderFiles.facts, encode(`${JSON.stringify(facts, null, 1)}\n`))
  write(folder, folderFiles.keyPath, encode(keyPath))
  write(folder, folderFiles.keys, encode(keys.map(({ vkey }) => `${vkey}\n`).join('')))
}

/** Full tiles as they fill, partial ones at the end. */
const createCutter = (folder: string) => {
  const growing = new Map<number, { n: number; width: number; hashes: Uint8Array }>()
  const save = (level: number, { n, width, hashes }: { n: number; width: number; hashes: Uint8Array }) =>
    write(folder, tiles.formatTilePath({ level, n, width }), hashes.subarray(0, width * hashBytes))
  return {
    node(height: number, index: number, hash: Uint8Array): void {
      if (height % 8 !== 0) return
      const level = height / 8
      const slot = index % tiles.tileWidth
      const tile = growing.get(level) ?? {
        n: 0,
        width: 0,
        hashes: new Uint8Array(tiles.tileWidth * hashBytes),
      }
      tile.hashes.set(hash, slot * hashBytes)
      tile.n = (index - slot) / tiles.tileWidth
      tile.width = slot + 1
      growing.set(level, tile)
      if (tile.width < tiles.tileWidth) return
      save(level, tile)
      growing.delete(level)
    },
    end(): void {
      for (const [level, tile] of growing) save(level, tile)
    },
  }
}

const write = (folder: string, path: string, bytes: Uint8Array): void => {
  const full = join(folder, path)
  mkdirSync(dirname(full), { recursive: true, mode: 0o700 })
  writeFileSync(full, bytes, { flag: 'wx', mode: 0o600 })
}

const lineOf = ({ seq, opened }: EntryRow): string => {
  if (opened === null) return ''
  const payload = new TextDecoder().decode(opened.payload)
  const line: PayloadLine = { seq, salt: base64url.encode(opened.salt), payload }
  return `${JSON.stringify(line)}\n`
}

const openLines = (path: string) => {
  const stream: WriteStream = createWriteStream(path, { flags: 'wx', mode: 0o600 })
  return {
    write: (line: string): void => {
      if (line !== '') stream.write(line)
    },
    end: async (): Promise<void> => {
      stream.end()
      await finished(stream)
    },
  }
}
