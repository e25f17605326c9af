import { createHash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import * as z from 'zod/mini'

const anchorBytes = 4096

/** SHA-256 over `length` bytes of a file. */
const Digest = z.strictObject({
  length: z.int().check(z.minimum(0), z.maximum(anchorBytes)),
  sha256: z.string(),
})
export type Digest = z.infer<typeof Digest>

export const Place = z.strictObject({
  ino: z.number(),
  /** Behind the last line consumed, in bytes; never the file's size (reference §5 row 1). */
  offset: z.int().check(z.minimum(0)),
  /** The offset lies inside a line over the cap. */
  skipping: z.boolean(),
  /** The file's first bytes, and the last ones before `offset`: both must still be there. */
  head: Digest,
  anchor: Digest,
})
export type Place = z.infer<typeof Place>

/** What is known of one session file: where reading stands and what was learnt up to there, stored as one. */
export const Cursor = z.strictObject({
  v: z.literal(1),
  runtime: z.string(),
  stateVersion: z.number(),
  root: z.string(),
  path: z.string(),
  place: Place,
  /** Events up to there were told; false in cursors of before there were any. */
  told: z._default(z.boolean(), false),
  oversized: z.int(),
  /** When the file was last seen to grow, ms by this machine's clock; null when it never did while watched. */
  grewMs: z.nullable(z.number()),
  /** When the file was found gone; what was learnt stays (row 20). */
  archivedMs: z.nullable(z.number()),
  state: z.unknown(),
})
export type Cursor = z.infer<typeof Cursor>

const nothing: Digest = { length: 0, sha256: createHash('sha256').digest('hex') }

export const startPlace = (ino: number): Place => ({
  ino,
  offset: 0,
  skipping: false,
  head: nothing,
  anchor: nothing,
})

/** Is this still the file that was read, and unchanged up to the offset (rows 2 and 3)? */
export const fits = async (handle: FileHandle, ino: number, size: number, place: Place): Promise<boolean> =>
  place.ino === ino &&
  size >= place.offset &&
  same(await digestAt(handle, 0, place.head.length), place.head) &&
  same(await digestAt(handle, place.offset - place.anchor.length, place.anchor.length), place.anchor)

/** Renews the anchor before `offset`, and the head until it is full. */
export const anchorAt = async (handle: FileHandle, place: Place): Promise<void> => {
  const length = Math.min(anchorBytes, place.offset)
  place.anchor = await digestAt(handle, place.offset - length, length)
  if (place.head.length < anchorBytes) place.head = await digestAt(handle, 0, length)
}

const digestAt = async (handle: FileHandle, at: number, length: number): Promise<Digest> => {
  if (length === 0) return nothing
  const bytes = Buffer.alloc(length)
  const { bytesRead } = await handle.read(bytes, 0, length, at)
  return {
    length: bytesRead,
    sha256: createHash('sha256').update(bytes.subarray(0, bytesRead)).digest('hex'),
  }
}

const same = (left: Digest, right: Digest) => left.length === right.length && left.sha256 === right.sha256
