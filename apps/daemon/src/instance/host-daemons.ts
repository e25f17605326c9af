import { execFile } from 'node:child_process'
import { readdir, readFile, readlink, stat } from 'node:fs/promises'
import { resolve } from 'node:path'
import { promisify } from 'node:util'

/** A daemon among the processes of this host, as the process table has it: nothing of it is certain but the pid. */
export interface HostDaemon {
  readonly pid: number
  /** Numeric where the system gives a number; null where it does not tell. */
  readonly user: string | null
  readonly ours: boolean
  /** Its data folder; null where its command line and environment do not say. */
  readonly data: string | null
}

/** Every daemon on this host, of all users. There is no registry to grow stale: the process table is asked. */
export const hostDaemons = (): Promise<HostDaemon[]> => (process.platform === 'linux' ? fromProc() : fromPs())

const fromProc = async (): Promise<HostDaemon[]> => {
  const pids = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name))
  const found = await Promise.all(pids.map(inspect))
  return found.filter((each) => each !== null)
}

const inspect = async (pid: string): Promise<HostDaemon | null> => {
  try {
    const argv = (await readFile(`/proc/${pid}/cmdline`, 'utf8')).split('\0')
    if (!isDaemon(argv)) return null
    const { uid } = await stat(`/proc/${pid}`)
    const ours = uid === process.getuid?.()
    const data = dataOf(argv) ?? (ours ? await dataFromEnvironment(pid) : null)
    return { pid: Number(pid), user: String(uid), ours, data }
  } catch {
    return null
  }
}

/** Started by hand in the foreground, without `--data`. */
const dataFromEnvironment = async (pid: string): Promise<string | null> => {
  const [environ, cwd] = await Promise.all([
    readFile(`/proc/${pid}/environ`, 'utf8').catch(() => null),
    readlink(`/proc/${pid}/cwd`).catch(() => null),
  ])
  if (environ === null || cwd === null) return null
  const line = environ.split('\0').find((each) => each.startsWith('WATCHBILL_DATA='))
  return resolve(cwd, line?.slice('WATCHBILL_DATA='.length) || '.watchbill')
}

const fromPs = async (): Promise<HostDaemon[]> => {
  const run = promisify(execFile)
  const { stdout } = await run('ps', ['-axo', 'pid=,uid=,args=']).catch(() => ({ stdout: '' }))
  return parsePs(stdout, process.getuid?.() ?? -1)
}

/** Lines of `ps -axo pid=,uid=,args=`. The folder stands last in the command line, so its spaces are its own. */
export const parsePs = (text: string, ownUid: number): HostDaemon[] =>
  text.split('\n').flatMap((line) => {
    const [, pid, uid, args = ''] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? []
    if (pid === undefined || uid === undefined || !isDaemon(args.split(' '))) return []
    const data = / --data (.+)$/.exec(args)?.[1] ?? null
    return [{ pid: Number(pid), user: uid, ours: Number(uid) === ownUid, data }]
  })

/** `node … watchbill.js start --foreground`. */
const isDaemon = (argv: readonly string[]): boolean => {
  const at = argv.indexOf('start')
  return at > 0 && argv[at + 1] === '--foreground' && /(^|\/)watchbill(\.m?js)?$/.test(argv[at - 1] ?? '')
}

const dataOf = (argv: readonly string[]): string | null => {
  const at = argv.indexOf('--data')
  return at === -1 ? null : (argv[at + 1] ?? null)
}
