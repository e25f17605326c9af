import { errorCode, errorText } from '../error-code.ts'

/** Entries cannot be made durable just now: nothing was taken, and the same may be handed over again later. */
export class SpoolBlocked extends Error {
  override readonly name = 'SpoolBlocked'
}

/** Why a write failed, in words a person understands. */
export const blockReason = (error: unknown): string => {
  const code = errorCode(error)
  return (
    (code === null ? undefined : reasons.get(code)) ?? `the spool cannot be written (${errorText(error)})`
  )
}

const reasons = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'the disk quota is used up'],
  ['EFBIG', 'a limit on the size of files is reached'],
  ['EROFS', 'the data folder is read-only'],
  ['EACCES', 'the data folder may not be written'],
  ['EIO', 'the disk does not work'],
])
