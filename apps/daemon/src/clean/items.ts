import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as z from 'zod/mini'
import type { DataFolder } from '../data-folder.ts'

/** One file that goes, and why it can. */
export interface Item {
  readonly path: string
  readonly sizeBytes: number
  readonly why: string
}

/** The log, its older generation, and the last words of a daemon that crashed. */
export const logs = (folder: DataFolder): Promise<Item[]> =>
  existing([folder.log, `${folder.log}.1`, folder.crash], 'log')

/** What is known of session files that went before `beforeMs`: the runtime removed them, and they do not come back. */
export const goneSessions = async (folder: DataFolder, beforeMs: number): Promise<Item[]> => {
  const items: Item[] = []
  for (const item of await cursors(folder)) {
    const archivedMs = await archivedAt(item.path)
    if (archivedMs !== null && archivedMs <= beforeMs)
      items.push({ ...item, why: 'its session file is gone' })
  }
  return items
}

/**
 * What a daemon makes anew: cursors (files are read again) and the last status. Not the spool, which holds what is not
 * proven yet, nor keys, identities, credential, configuration and what is known of the log: those are the machine itself.
 */
export const recoverable = async (folder: DataFolder): Promise<Item[]> => [
  ...(await cursors(folder)).map((item) => ({ ...item, why: 'cursor, its file is read again' })),
  ...(await existing([folder.status], 'last status')),
]

const cursors = async (folder: DataFolder): Promise<Item[]> => {
  const names = await readdir(folder.cursors).catch(() => [])
  const own = names.filter((name) => /^[0-9a-f]{32}\.json(\.[0-9a-f]{12}\.tmp)?$/.test(name)).sort()
  return existing(
    own.map((name) => join(folder.cursors, name)),
    'cursor',
  )
}

/** Regular files only: a link that somebody put here is not ours to follow, nor its target to remove. */
const existing = async (paths: readonly string[], why: string): Promise<Item[]> => {
  const items: Item[] = []
  for (const path of paths) {
    const stats = await lstat(path).catch(() => null)
    if (stats?.isFile() === true) items.push({ path, sizeBytes: stats.size, why })
  }
  return items
}

const Archived = z.object({ archivedMs: z.nullable(z.number()) })

const archivedAt = async (path: string): Promise<number | null> => {
  try {
    // A cursor is a digest line and a body line.
    const text = await readFile(path, 'utf8')
    const parsed = Archived.safeParse(JSON.parse(text.slice(text.indexOf('\n') + 1)))
    return parsed.success ? parsed.data.archivedMs : null
  } catch {
    return null
  }
}
