import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'

const made: string[] = []

afterEach(async () => {
  // A process that was killed may still be going, and make a file while its folder is removed.
  for (const path of made.splice(0)) await rm(path, { recursive: true, force: true, maxRetries: 10 })
})

/** An empty folder of its own for one test; goes when the test ends. */
export const testFolder = async (): Promise<string> => {
  const path = await realpath(await mkdtemp(join(tmpdir(), 'watchbill-test-')))
  made.push(path)
  return path
}

/** Waits until `probe` gives something; a test that waits in vain fails by its own time limit, with `what` in its message. */
export const until = async <T>(
  what: string,
  probe: () => Promise<T | null> | T | null,
  ms = 60_000,
): Promise<T> => {
  for (const endMs = Date.now() + ms; Date.now() < endMs; ) {
    const value = await probe()
    if (value !== null && value !== false) return value
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  throw new Error(`did not come about within ${ms} ms: ${what}`)
}

/** Counts of a drill: few in `npm test`, many with WATCHBILL_DRILLS=1. */
export const drillCount = (few: number, many: number): number =>
  process.env.WATCHBILL_DRILLS === '1' ? many : few
