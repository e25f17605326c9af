import type { BigIntStats } from 'node:fs'
import { type FileHandle, lstat } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { type FixedRoot, openBelow } from '../../collect/open-below.ts'
import { errorCode } from '../../error-code.ts'
import { applyWal, DatabaseError } from './wal.ts'

export interface CopyLimits {
  readonly databaseBytes: number
  readonly walBytes: number
  /** How often a copy is tried while somebody writes. */
  readonly attempts: number
}

/** Somebody wrote during every attempt; asking again later may help. */
export class DatabaseBusy extends Error {
  override readonly name = 'DatabaseBusy'
}

/** Longer than a tick of any file clock: two writes this far apart never carry the same time. */
const tickMs = 40

/**
 * A consistent image of a database somebody else writes to, as of one commit, without a lock and without a write.
 * Throws Refused, DatabaseError, DatabaseBusy, or the system's error (ENOENT where there is no database).
 */
export const copyDatabase = async (
  root: FixedRoot,
  name: string,
  limits: CopyLimits,
): Promise<Uint8Array<ArrayBuffer>> => {
  for (let attempt = 0; attempt < limits.attempts; attempt++) {
    if (attempt > 0) await sleep(tickMs)
    const taken = await takeOnce(root, name, limits)
    if (taken !== null) return applyWal(taken.database, taken.wal)
  }
  throw new DatabaseBusy(`${name} was written to during ${limits.attempts} attempts to copy it`)
}

interface Taken {
  readonly database: Uint8Array
  readonly wal: Uint8Array | null
}

/**
 * With a log: the database first, then the log, and the log's header the same before and after. A checkpoint copies only
 * committed frames of that log, so all it may have changed under us is in the log read later; a log begun anew gets
 * another salt. Without a log: twice the same bytes and times, a clock tick apart. Null: somebody wrote, try again.
 */
const takeOnce = async (root: FixedRoot, name: string, limits: CopyLimits): Promise<Taken | null> => {
  await requireNoJournal(root, `${name}-journal`)
  const wal = await openOrNull(root, `${name}-wal`)
  try {
    const before = wal === null ? null : await readUpTo(wal, 32)
    const { handle } = await openBelow(root, name)
    try {
      const database = await readWhole(handle, limits.databaseBytes, name)
      const stats = await handle.stat({ bigint: true })
      if (wal !== null && before !== null && before.byteLength === 32) {
        const log = await readWhole(wal, limits.walBytes, `${name}-wal`)
        const same = sameBytes(before, await readUpTo(wal, 32)) && sameBytes(before, log.subarray(0, 32))
        return same && (await isStill(root, name, stats)) && (await isStillLog(root, name, wal))
          ? { database, wal: log }
          : null
      }
      return (await isSettled(root, name, { handle, database, stats, wal })) ? { database, wal: null } : null
    } finally {
      await handle.close()
    }
  } finally {
    await wal?.close()
  }
}

interface Bare {
  readonly handle: FileHandle
  readonly database: Uint8Array
  readonly stats: BigIntStats
  readonly wal: FileHandle | null
}

const isSettled = async (
  root: FixedRoot,
  name: string,
  { handle, database, stats, wal }: Bare,
): Promise<boolean> => {
  await sleep(tickMs)
  const again = await readUpTo(handle, database.byteLength + 1)
  const later = await handle.stat({ bigint: true })
  const untouched = stats.mtimeNs === later.mtimeNs && stats.ctimeNs === later.ctimeNs
  const noLog = wal === null ? (await lstatOrNull(root, `${name}-wal`)) === null : (await sizeOf(wal)) === 0n
  return untouched && noLog && sameBytes(database, again) && (await isStill(root, name, stats))
}

/** A journal with a header holds pages to roll back (writing now, or crashed): the database alone is not one state. */
const requireNoJournal = async (root: FixedRoot, name: string): Promise<void> => {
  const journal = await openOrNull(root, name)
  if (journal === null) return
  try {
    const head = await readUpTo(journal, 8)
    if (head.some((byte) => byte !== 0))
      throw new DatabaseError('a rollback journal lies beside it: its writer is at work, or crashed')
  } finally {
    await journal.close()
  }
}

const openOrNull = async (root: FixedRoot, name: string): Promise<FileHandle | null> => {
  try {
    return (await openBelow(root, name)).handle
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Throws DatabaseError when the file is longer than `limit`. */
const readWhole = async (handle: FileHandle, limit: number, name: string): Promise<Uint8Array> => {
  const size = Number(await sizeOf(handle))
  if (size > limit) throw new DatabaseError(`${name} is over ${limit} bytes`)
  return readUpTo(handle, size)
}

const readUpTo = async (handle: FileHandle, most: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(most)
  let at = 0
  while (at < most) {
    const { bytesRead } = await handle.read(bytes, at, most - at, at)
    if (bytesRead === 0) break
    at += bytesRead
  }
  return bytes.subarray(0, at)
}

const sizeOf = async (handle: FileHandle): Promise<bigint> => (await handle.stat({ bigint: true })).size

const isStill = async (root: FixedRoot, name: string, { ino, dev }: BigIntStats): Promise<boolean> => {
  const named = await lstatOrNull(root, name)
  return named !== null && named.ino === ino && named.dev === dev
}

const isStillLog = async (root: FixedRoot, name: string, wal: FileHandle): Promise<boolean> =>
  isStill(root, `${name}-wal`, await wal.stat({ bigint: true }))

const lstatOrNull = (root: FixedRoot, name: string): Promise<BigIntStats | null> =>
  lstat(join(root.path, name), { bigint: true }).catch(() => null)

const sameBytes = (left: Uint8Array, right: Uint8Array): boolean => Buffer.compare(left, right) === 0

/**
 * Tells two states of a database apart without opening it: identity, size and times of it and its log. Null while a
 * change is so fresh that a second one might carry the same time, or where there is none.
 */
export const databaseMark = async (root: FixedRoot, name: string, nowMs: number): Promise<string | null> => {
  const both = [await lstatOrNull(root, name), await lstatOrNull(root, `${name}-wal`)]
  if (both[0] === null) return null
  const newestMs = Math.max(...both.map((stats) => Number(stats?.mtimeMs ?? 0n)))
  if (Math.abs(nowMs - newestMs) < 1000) return null
  return both.map((stats) => (stats === null ? '-' : partsOf(stats))).join('|')
}

const partsOf = ({ dev, ino, size, mtimeNs, ctimeNs }: BigIntStats): string =>
  [dev, ino, size, mtimeNs, ctimeNs].join(':')
