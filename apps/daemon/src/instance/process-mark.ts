import { readFile } from 'node:fs/promises'
import * as z from 'zod/mini'
import { isAlive } from '../alive.ts'
import { writeAtomic } from '../atomic-file.ts'
import { processStartTicks } from '../collect/processes.ts'

/** Content of the pid file: a number alone may belong to another process by now, its start time tells. */
const ProcessMark = z.object({
  pid: z.int().check(z.positive()),
  nonce: z.string(),
  startTicks: z.nullable(z.number()),
})
export type ProcessMark = z.infer<typeof ProcessMark>

export const writeMark = async (path: string, nonce: string): Promise<void> => {
  const mark: ProcessMark = { pid: process.pid, nonce, startTicks: await processStartTicks(process.pid) }
  await writeAtomic(path, `${JSON.stringify(mark)}\n`)
}

export const readMark = async (path: string): Promise<ProcessMark | null> => {
  try {
    const parsed = ProcessMark.safeParse(JSON.parse(await readFile(path, 'utf8')))
    return parsed.success ? parsed.data : null
  } catch {
    return null
  }
}

/** Is the very process that wrote the mark still there? Where start times are unknown, false: a bare pid proves nothing. */
export const isSameProcess = async (mark: ProcessMark): Promise<boolean> => {
  if (!isAlive(mark.pid) || mark.startTicks === null) return false
  return (await processStartTicks(mark.pid)) === mark.startTicks
}
