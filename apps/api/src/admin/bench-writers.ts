import { type ChildProcess, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import { migrate } from '../db/migrate.ts'
import { openDatabase } from '../db/open.ts'
import { startHranaPeer } from '../testing/hrana-peer.ts'
import { type Bench, type BenchRow, goalRow, median, workspaceSql } from './bench-row.ts'

/** Calls that one writer has open at any time, as so many requests. */
const openCalls = 16

/**
 * Four processes that write one log against a single one, in turns: on one file, and through the Hrana peer (the protocol;
 * it shows nothing about a real server). Forks and gaps are what the tests look for; here it is speed.
 */
export const benchWriters = async ({ folder, path, quick, say }: Bench): Promise<BenchRow[]> => {
  const options = { ms: quick ? 500 : 3000, rounds: quick ? 1 : 3 }
  say('four writers of one file against one')
  const url = `file:${path}`
  await addWorkspace(url)
  const onFile = await compare(url, options)
  say('four clients of the Hrana peer against one')
  const peerPath = join(folder, 'peer.db')
  await migrate({ url: `file:${peerPath}`, now: Date.now })
  await addWorkspace(`file:${peerPath}`)
  const peer = await startHranaPeer({ path: peerPath })
  try {
    return [rowOf('one file', onFile), rowOf('the Hrana peer', await compare(peer.url, options))]
  } finally {
    await peer.close()
  }
}

const addWorkspace = async (url: string): Promise<void> => {
  const database = await openDatabase({ url, now: Date.now, randomBytes })
  await database.ingest({ table: 'workspaces', sql: workspaceSql('default'), args: [] })
  await database.close()
}

interface Compared {
  /** Entries a second. */
  readonly one: number
  readonly four: number
  readonly ratio: number
}

const compare = async (url: string, { ms, rounds }: { ms: number; rounds: number }): Promise<Compared> => {
  const [ones, fours]: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round += 1) {
    ones.push(await runWriters(url, 1, ms))
    fours.push(await runWriters(url, 4, ms))
  }
  const ratio = median(fours.map((four, round) => four / (ones[round] ?? Number.NaN)))
  return { one: median(ones), four: median(fours), ratio }
}

const rowOf = (what: string, { one, four, ratio }: Compared): BenchRow => {
  const detail = `together ${Math.round(four)} entries/s, one alone ${Math.round(one)}; ${openCalls} calls open each`
  return goalRow(`four writers of ${what}`, ratio, 'x', ['>=', 0.7], detail)
}

/** Entries a second of so many writers together, who all start when the last one is ready. */
const runWriters = async (url: string, count: number, ms: number): Promise<number> => {
  const writers = Array.from({ length: count }, () => startWriter(url, ms))
  await Promise.all(writers.map(({ ready }) => ready))
  for (const { child } of writers) child.stdin?.write('go\n')
  const counts = await Promise.all(writers.map(({ counted }) => counted))
  return (counts.reduce((sum, one) => sum + one, 0) * 1000) / ms
}

interface Writer {
  readonly child: ChildProcess
  readonly ready: Promise<void>
  readonly counted: Promise<number>
}

const startWriter = (url: string, ms: number): Writer => {
  const [, program = ''] = process.argv
  const args = [program, 'log', 'bench', '--writer', url, '--ms', String(ms)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  let said = ''
  const ready = new Promise<void>((resolve, reject) => {
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      said += text
      if (said.includes('ready\n')) resolve()
    })
    child.once('close', () => reject(new Error(`a writer ended: ${said}`)))
  })
  const counted = new Promise<number>((resolve) => {
    child.once('close', () => resolve(Number(/wrote (\d+)/.exec(said)?.[1])))
  })
  return { child, ready, counted }
}

/** One of them, in a process of its own: says when it is ready, waits to be told, and says how many it wrote. */
export const runWriter = async (url: string, ms: number, say: (line: string) => void): Promise<void> => {
  const database = await openDatabase({ url, now: Date.now, randomBytes })
  const actor = { kind: 'installation', id: 'bench' } as const
  const write = () =>
    database.record({ type: 'key.revoked', workspace: 'default', actor, data: { key: 'key_bench' } })
  say('ready')
  await new Promise((resolve) => process.stdin.once('data', resolve))
  process.stdin.destroy()
  const endsAt = performance.now() + ms
  let count = 0
  const keepWriting = async () => {
    while (performance.now() < endsAt) {
      await write()
      // What is acknowledged too late counts for nobody.
      if (performance.now() < endsAt) count += 1
    }
  }
  await Promise.all(Array.from({ length: openCalls }, keepWriting))
  await database.close()
  say(`wrote ${count}`)
}
