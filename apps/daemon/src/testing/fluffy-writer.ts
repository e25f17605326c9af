import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createInterface } from 'node:readline'
import { until } from './folder.ts'

export interface WriterOptions {
  /** Commits between checkpoints; 0: never by itself. */
  readonly autocheckpoint: number
  /** Close and open again after every commit, which deletes the log. */
  readonly reopen?: boolean
  readonly pauseMs: number
}

/** A process of its own that writes `state.db` as Fluffy Waffle does, in WAL mode, and notes any lock in its way. */
export class FluffyWriter {
  readonly #child: ChildProcess
  readonly #said: string[] = []

  private constructor(child: ChildProcess) {
    this.#child = child
    if (child.stdout !== null)
      createInterface({ input: child.stdout }).on('line', (line) => this.#said.push(line))
  }

  /** Resolves once the first commit is in the file. */
  static async start(path: string, options: WriterOptions): Promise<FluffyWriter> {
    const libsql = createRequire(import.meta.url).resolve('libsql')
    const child = spawn(process.execPath, ['-e', source, libsql, path, JSON.stringify(options)], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    const writer = new FluffyWriter(child)
    await writer.hasMade(1)
    return writer
  }

  /** Resolves once it has made so many commits. */
  async hasMade(commits: number): Promise<void> {
    await until(`${commits} commits`, () => this.#said.length >= commits)
  }

  /** Ends it after its current commit. How many commits it made, and what hindered it (`database is locked`). */
  async stop(): Promise<{ commits: number; hindered: string[] }> {
    const ended = once(this.#child, 'close')
    this.#child.stdin?.end()
    await ended
    return JSON.parse(this.#said.at(-1) ?? '{}')
  }

  /** As a power cut for it: nothing is closed or checkpointed. */
  async kill(): Promise<void> {
    const ended = once(this.#child, 'close')
    this.#child.kill('SIGKILL')
    await ended
  }
}

// Every commit changes a hundred pages, so that a copy of no single moment shows.
const source = `
const [libsql, path, json] = process.argv.slice(1)
const Database = require(libsql)
const { autocheckpoint, reopen, pauseMs } = JSON.parse(json)
let ending = false
process.stdin.on('end', () => { ending = true }).resume()
const open = () => {
  const db = new Database(path, { timeout: 0 })
  db.pragma('journal_mode = WAL')
  db.pragma('wal_autocheckpoint = ' + autocheckpoint)
  return db
}
let db = open()
db.exec('CREATE TABLE IF NOT EXISTS session_state (id INTEGER PRIMARY KEY CHECK(id = 1), updated_at TEXT NOT NULL, data TEXT NOT NULL)')
db.exec('CREATE TABLE IF NOT EXISTS filler (id INTEGER PRIMARY KEY, n INTEGER NOT NULL, pad TEXT NOT NULL)')
const pause = (ms) => new Promise((done) => setTimeout(done, ms))
const hindered = []
const commit = (n) => {
  db.exec('BEGIN EXCLUSIVE')
  for (let id = 1; id <= 100; id++)
    db.prepare('INSERT OR REPLACE INTO filler VALUES (?, ?, ?)').run(id, n, 'x'.repeat(3000))
  const data = { state: 'coding', mode: 'strict', previous_state: null, consecutive_failures: n % 3, test_files: [], last_test_passed: null, n }
  db.prepare('INSERT OR REPLACE INTO session_state VALUES (1, ?, ?)').run(new Date().toISOString(), JSON.stringify(data))
  db.exec('COMMIT')
}
;(async () => {
  let n = 0
  for (; !ending; n++) {
    try {
      commit(n)
      if (autocheckpoint !== 0) db.pragma('wal_checkpoint(TRUNCATE)')
    } catch (error) { hindered.push(String(error.message)) }
    if (reopen) { db.close(); db = open() }
    console.log('commit')
    await pause(pauseMs * Math.random())
  }
  db.close()
  console.log(JSON.stringify({ commits: n, hindered: hindered.slice(0, 5) }))
})()
`
