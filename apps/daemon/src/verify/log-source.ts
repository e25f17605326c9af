import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { tiles } from '@watchbill/ledger'
import { errorCode } from '../error-code.ts'
import { createOutbound } from '../outbound/outbound.ts'
import { allowanceOf } from '../outbound/target.ts'

/** A log as C2SP tlog-tiles lays it out, wherever it lies. Each method throws when it cannot be read, null when it is not there. */
export interface LogSource {
  readonly where: string
  checkpoint(): Promise<string | null>
  /** Entries of one bundle, `width` of them. */
  bundle(n: number, width: number): Promise<Uint8Array | null>
  tile(level: number, n: number, width: number): Promise<Uint8Array | null>
  /** Verifier keys that come with the log, one a line; believed no further than the reader pins them. */
  keys(): Promise<string | null>
  /** How one key leads to the next (`evidence.parseKeyPath`). */
  keyPath(): Promise<string | null>
}

/** A bundle of 256 entries of 65,535 bytes. */
const limitBytes = 17 * 1024 * 1024
const timeoutMs = 30_000

/** What `watchbill log export` wrote, or any mirror of a log on disk. */
export const folderSource = (folder: string): LogSource => {
  const read = async (path: string): Promise<Uint8Array | null> =>
    readFile(join(folder, path)).catch((error: unknown) => {
      if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return null
      throw error
    })
  return sourceOf(folder, read)
}

/** A published log. Strictly fetched: no redirect, one judged address, capped; loopback only where the link itself names it. */
export const linkSource = (link: string): LogSource => {
  const allowance = allowanceOf(link)
  const outbound = createOutbound({ allow: allowance === null ? [] : [allowance], now: Date.now })
  const prefix = link.replace(/\/(checkpoint)?$/, '')
  const read = async (path: string): Promise<Uint8Array | null> => {
    const { status, bytes } = await outbound.get(`${prefix}/${path}`, { timeoutMs, limitBytes })
    if (status === 404 || status === 410) return null
    if (status !== 200) throw new Error(`${path}: the server answers ${status}`)
    return bytes
  }
  return sourceOf(prefix, read)
}

const sourceOf = (where: string, read: (path: string) => Promise<Uint8Array | null>): LogSource => ({
  where,
  checkpoint: async () => textOf(await read('checkpoint')),
  bundle: async (n, width) =>
    unpacked(await partialOrFull(read, width, (w) => tiles.formatBundlePath({ n, width: w }))),
  tile: (level, n, width) => partialOrFull(read, width, (w) => tiles.formatTilePath({ level, n, width: w })),
  keys: async () => textOf(await read('keys')),
  keyPath: async () => textOf(await read('key-path')),
})

/** A partial one may be gone once it is full (C2SP tlog-tiles): then the full one begins with it. */
const partialOrFull = async (
  read: (path: string) => Promise<Uint8Array | null>,
  width: number,
  pathOf: (width: number) => string,
): Promise<Uint8Array | null> =>
  (await read(pathOf(width))) ?? (width === tiles.tileWidth ? null : read(pathOf(tiles.tileWidth)))

const textOf = (bytes: Uint8Array | null): string | null =>
  bytes === null ? null : new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)

/** A mirror may keep bundles as they were served, compressed; the third byte of a plain one is the `{` of its first entry. */
const unpacked = (bytes: Uint8Array | null): Uint8Array | null =>
  bytes?.[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8
    ? gunzipSync(bytes, { maxOutputLength: limitBytes })
    : bytes
