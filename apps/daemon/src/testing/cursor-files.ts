import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Where a daemon with this data folder keeps its cursors. */
export const cursorFolder = (data: string): string => join(data, 'daemon/cursors')

/** Text of every cursor. Names that end in `.tmp` are on their way to another one and may vanish at any time. */
export const cursorTexts = async (data: string): Promise<string[]> => {
  const folder = cursorFolder(data)
  const names = (await readdir(folder)).filter((name) => name.endsWith('.json'))
  return Promise.all(names.map((name) => readFile(join(folder, name), 'utf8')))
}

/** How far each cursor says that its file was read, bytes, in ascending order. */
export const cursorOffsets = async (data: string): Promise<number[]> =>
  (await cursorTexts(data))
    .map((text) => JSON.parse(text.slice(65)).place.offset)
    .sort((left, right) => left - right)
