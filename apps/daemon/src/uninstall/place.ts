import { lstat, readFile, readlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as z from 'zod/mini'

/** Where the install script of a control plane put this program; everything in it is the script's or the daemon's. */
export interface Place {
  readonly prefix: string
  readonly data: string
  /** The link among the user's commands; null when it is not there, or not ours. */
  readonly link: string | null
}

const Receipt = z.object({ link: z.string() })

/** The place around a running bundle (`<prefix>/program/dist/watchbill.js`); null when no receipt says it was installed. */
export const findPlace = async (bundleUrl: string): Promise<Place | null> => {
  const program = dirname(dirname(fileURLToPath(bundleUrl)))
  const prefix = dirname(program)
  const text = await readFile(join(prefix, 'receipt.json'), 'utf8').catch(() => null)
  if (basename(program) !== 'program' || text === null) return null
  const link = linkOf(text)
  const ours = link !== null && (await pointsTo(link, join(prefix, 'bin/watchbill')))
  return { prefix, data: join(prefix, 'data'), link: ours ? link : null }
}

/** A receipt cut short by a killed install still marks the folder as ours. */
const linkOf = (text: string): string | null => {
  try {
    const parsed = Receipt.safeParse(JSON.parse(text))
    return parsed.success && parsed.data.link !== '' ? parsed.data.link : null
  } catch {
    return null
  }
}

const pointsTo = async (link: string, target: string): Promise<boolean> => {
  try {
    return (await lstat(link)).isSymbolicLink() && (await readlink(link)) === target
  } catch {
    return false
  }
}
