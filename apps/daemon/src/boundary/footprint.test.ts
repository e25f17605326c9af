import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from 'vitest'
import { answerRow, promptRow, resultRow, sessionFile, sessionId, writeRows } from '../testing/claude-home.ts'
import { drillCount, until } from '../testing/folder.ts'
import { withMachines } from '../testing/machine.ts'

const machine = withMachines()
const files = drillCount(100, 1000)
const watchedMs = drillCount(3000, 60_000)
const mib = 1024 * 1024

/** Three days old: nothing of it is active. */
const atMs = Date.now() - 3 * 86_400_000

const write = async (home: string): Promise<void> => {
  for (let index = 0; index < files; index += 1) {
    const options = { session: sessionId(index), atMs }
    const number = index * 10
    const call = answerRow(options, number + 2, { name: 'Bash', input: { command: `npm test ${index}` } })
    await writeRows(sessionFile(home, options.session), [
      promptRow(options, number + 1),
      call,
      resultRow(options, number + 3, number + 2, 'output '.repeat(200)),
      answerRow(options, number + 4),
    ])
  }
}

/** Resident memory in bytes and processor time in ms, by `/proc`. */
const measure = async (pid: number) => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return {
    residentBytes: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) * 1024,
    cpuMs: (Number(fields[11]) + Number(fields[12])) * 10,
  }
}

it.skipIf(process.platform !== 'linux')(
  `takes little with ${files} session files and nothing to do`,
  { timeout: 600_000 },
  async () => {
    const here = await machine()
    await write(here.home)
    const pid = await here.begin()
    const daemon = async () => JSON.parse((await here.watchbill(['status', '--json'])).out).daemon
    await until('every session', () => here.sink.sessions().size === files, 120_000)
    await until('an empty spool', async () => (await daemon()).spool.pending === 0, 120_000)
    // One round of the release after the burst.
    await sleep(drillCount(0, 45_000))
    const before = await measure(pid)
    await sleep(watchedMs)
    const after = await measure(pid)
    const share = (after.cpuMs - before.cpuMs) / watchedMs
    console.info(
      `${files} session files: ${Math.round(after.residentBytes / mib)} MiB resident, ${(share * 100).toFixed(2)} % of a processor over ${watchedMs} ms`,
    )
    expect((await daemon()).files).toBe(files)
    expect(after.residentBytes).toBeLessThan(drillCount(100, 80) * mib)
    // Only long measurements say something about time.
    if (watchedMs >= 60_000) expect(share).toBeLessThan(0.01)
  },
)
