import { mkdir, readdir, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { syncFolder } from '../atomic-file.ts'
import { segmentName, writeRecords } from './segments.ts'

const staged = 'next-chain'

/**
 * Puts a whole new chain in the place of the one in the folder, which is put away and kept. After a crash it happened
 * or it did not: `finishChange` goes on from wherever it stopped.
 */
export const changeChain = async (folder: string, records: AsyncIterable<unknown>): Promise<void> => {
  const stage = join(folder, staged)
  await rm(stage, { recursive: true, force: true })
  await mkdir(stage, { mode: 0o700 })
  await writeRecords(join(stage, segmentName(0)), records)
  await syncFolder(stage)
  await syncFolder(folder)
  await finishChange(folder)
}

/** A staged chain is whole as soon as its file has its name. */
export const finishChange = async (folder: string): Promise<void> => {
  const stage = join(folder, staged)
  const names: string[] = await readdir(stage).catch(() => [])
  if (names.includes(segmentName(0))) {
    await putAway(folder)
    await rename(join(stage, segmentName(0)), join(folder, segmentName(0)))
    await syncFolder(folder)
  }
  await rm(stage, { recursive: true, force: true })
}

/** `put-away-1`, …: entries of a chain that this machine does not write any more are evidence still. */
export const putAway = async (folder: string): Promise<void> => {
  const names = await readdir(folder)
  const logs = names.filter((name) => name.endsWith('.log'))
  if (logs.length === 0) return
  const aside = join(folder, `put-away-${names.filter((name) => name.startsWith('put-away-')).length + 1}`)
  await mkdir(aside, { mode: 0o700 })
  for (const name of logs) await rename(join(folder, name), join(aside, name))
}
