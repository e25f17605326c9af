import { constants } from 'node:fs'
import { open } from 'node:fs/promises'
import { errorCode } from '../error-code.ts'

const limitBytes = 4096

/** The one line of a file that only this user can read. Throws Error whose message names neither path nor content. */
export const readToken = async (path: string): Promise<string> => {
  const handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)).catch(
    (error: unknown) => {
      throw new Error(`token file cannot be read (${errorCode(error) ?? 'unknown error'})`)
    },
  )
  try {
    const stats = await handle.stat()
    if (!stats.isFile() || stats.size > limitBytes) throw new Error('token file is no small file')
    if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0)
      throw new Error('token file can be read by others: chmod 600')
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(limitBytes), 0, limitBytes, 0)
    const token = buffer.toString('latin1', 0, bytesRead).trim()
    // What may stand in a header (RFC 6750 b64token and a little more), so that no line break ever does.
    if (!/^[\x21-\x7e]+$/.test(token)) throw new Error('token file does not hold one line of a token')
    return token
  } finally {
    await handle.close()
  }
}
