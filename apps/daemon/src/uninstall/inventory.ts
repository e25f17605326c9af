import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Place } from './place.ts'

/** One thing that an uninstall takes away. Folders count what is below them; links are never followed. */
export interface Item {
  readonly path: string
  readonly what: string
  readonly files: number
  readonly sizeBytes: number
}

/** What is there to remove, in the order in which it goes: first what starts the program, last what says it was here. */
export const listItems = async (place: Place, keepData: boolean): Promise<Item[]> => {
  const { prefix, data, link } = place
  const parts: [path: string, what: string][] = [
    ...(link === null ? [] : [[link, 'link to the command'] satisfies [string, string]]),
    [join(prefix, 'bin'), 'command'],
    [join(prefix, 'program'), 'program'],
    // What a killed install left; a finished one has neither.
    [join(prefix, 'staging'), 'half an install'],
    [join(prefix, 'download.tgz'), 'half an install'],
  ]
  if (!keepData) parts.push([data, 'data of the daemon'], [join(prefix, 'receipt.json'), 'receipt'])
  const items = await Promise.all(parts.map(([path, what]) => measure(path, what)))
  return items.filter((item) => item !== null)
}

const measure = async (path: string, what: string): Promise<Item | null> => {
  const found = await lstat(path).catch(() => null)
  if (found === null) return null
  if (!found.isDirectory()) return { path, what, files: 1, sizeBytes: found.size }
  const below = await Promise.all((await readdir(path)).map((name) => measure(join(path, name), what)))
  const sum = (of: (item: Item) => number) =>
    below.reduce((total, item) => total + (item === null ? 0 : of(item)), 0)
  return { path, what, files: sum((item) => item.files), sizeBytes: sum((item) => item.sizeBytes) }
}
