import { realpath, stat } from 'node:fs/promises'
import { RootPins } from '../boundary/root-pins.ts'
import { type FixedRoot, Refused } from '../collect/open-below.ts'

/** A folder of the config as a root of its own: what it leads to is settled at the first look (boundary/root-pins.ts). */
export const folderRoot = (path: string): (() => Promise<FixedRoot>) => {
  const pins = new RootPins()
  return async () => {
    const real = await realpath(path)
    const refusal = await pins.refusal(path, real)
    if (refusal !== null) throw new Refused(refusal)
    const stats = await stat(real)
    if (!stats.isDirectory()) throw new Refused('not a folder')
    return { path: real, uid: stats.uid }
  }
}
