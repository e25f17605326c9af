import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { basename } from 'node:path'

/** A running program of this user; paths are null where the system does not tell. */
export interface Process {
  readonly pid: number
  readonly runtime: string
  readonly startMs: number | null
  readonly cwd: string | null
  readonly openFiles: readonly string[]
}

/** Command names by runtime, and how its package looks in the path of a script an interpreter runs. */
const programs: readonly { runtime: string; names: readonly string[]; script: RegExp }[] = [
  { runtime: 'claude-code', names: ['claude'], script: /(^|\/)(claude|@anthropic-ai\/claude-code\/.+)$/ },
  { runtime: 'codex', names: ['codex'], script: /(^|\/)(codex(\.js)?|@openai\/codex\/.+)$/ },
  { runtime: 'gemini-cli', names: ['gemini'], script: /(^|\/)(gemini(\.js)?|@google\/gemini-cli\/.+)$/ },
  { runtime: 'copilot-cli', names: ['copilot'], script: /(^|\/)(copilot|@github\/copilot\/.+)$/ },
]

const interpreters = new Set(['node', 'nodejs', 'bun', 'deno', 'MainThread', 'node-MainThread'])
const forgetAfterMs = 60_000

/** Which runtime a command line belongs to, or null. Only its first two words are looked at: the rest is the user's. */
export const runtimeOf = (argv: readonly string[]): string | null => {
  const program = basename(argv[0] ?? '').replace(/\.exe$/, '')
  const script = interpreters.has(program) ? (argv[1] ?? '') : null
  const row = programs.find(({ names, script: pattern }) =>
    script === null ? names.includes(program) : pattern.test(script),
  )
  return row?.runtime ?? null
}

/** Start of a process in clock ticks (1/100 s) since boot, from `/proc/<pid>/stat`; null where unknown. */
export const processStartTicks = async (pid: number): Promise<number | null> => {
  try {
    const text = await readFile(`/proc/${pid}/stat`, 'utf8')
    // The name in brackets may hold spaces and brackets itself; field 22 counts from behind the last one.
    const ticks = Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[19])
    return Number.isFinite(ticks) ? ticks : null
  } catch {
    return null
  }
}

/** The same as ms since the epoch, by the boot time; null where unknown. */
export const processStartMs = async (pid: number): Promise<number | null> => {
  const [ticks, boot] = await Promise.all([processStartTicks(pid), bootMs()])
  return boot === null || ticks === null ? null : boot + ticks * 10
}

let boot: Promise<number | null> | null = null
const bootMs = (): Promise<number | null> => {
  boot ??= readFile('/proc/stat', 'utf8').then(
    (text) => Number(/^btime (\d+)$/m.exec(text)?.[1] ?? Number.NaN) * 1000 || null,
    () => null,
  )
  return boot
}

interface Verdict {
  readonly runtime: string | null
  readonly sure: boolean
}

/** Finds agents among the processes of this user by `/proc`; `scan` answers null where there is no `/proc`. */
export class ProcessTable {
  /**
   * Verdicts by pid, so that a scan of an unchanged system costs one directory listing. One is believed when it was the
   * same twice: a process seen between its fork and its exec still has its parent's name, or none.
   */
  #known = new Map<number, Verdict>()
  #forgottenMs = 0

  async scan(nowMs: number): Promise<Process[] | null> {
    if (process.platform !== 'linux') return null
    const pids = await readdir('/proc').then(
      (names) => names.filter((name) => /^\d+$/.test(name)).map(Number),
      () => null,
    )
    if (pids === null) return null
    if (nowMs - this.#forgottenMs > forgetAfterMs) {
      this.#known.clear()
      this.#forgottenMs = nowMs
    }
    const verdicts = new Map<number, Verdict>()
    for (const pid of pids) {
      const known = this.#known.get(pid)
      if (known?.sure) verdicts.set(pid, known)
      else {
        const runtime = await verdictOf(pid)
        verdicts.set(pid, { runtime, sure: known?.runtime === runtime })
      }
    }
    this.#known = verdicts
    const agents = [...verdicts].flatMap(([pid, { runtime }]) => (runtime === null ? [] : [{ pid, runtime }]))
    const found = await Promise.all(agents.map(({ pid, runtime }) => inspect(pid, runtime)))
    return found.filter((each) => each !== null)
  }
}

const verdictOf = async (pid: number): Promise<string | null> => {
  try {
    const { uid } = await stat(`/proc/${pid}`)
    if (uid !== process.getuid?.()) return null
    return runtimeOf((await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0', 2))
  } catch {
    return null
  }
}

const inspect = async (pid: number, runtime: string): Promise<Process | null> => {
  const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => null)
  if (cwd === null) return null
  const descriptors = await readdir(`/proc/${pid}/fd`).catch(() => [])
  const links = await Promise.all(
    descriptors.slice(0, 512).map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => '')),
  )
  const openFiles = links.filter((link) => link.startsWith('/') && /\.jsonl?$/.test(link))
  return { pid, runtime, startMs: await processStartMs(pid), cwd, openFiles }
}
