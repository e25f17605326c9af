import { createHash } from 'node:crypto'
import { chmod, mkdir } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** Where the daemon keeps what is its own; every path below is private to the user (0700, files 0600). */
export interface DataFolder {
  readonly path: string
  readonly config: string
  readonly credential: string
  /** This machine's signing key; never leaves it. */
  readonly machineKey: string
  /** What is known of the control plane's log, and what contradicted it. */
  readonly logMemory: string
  readonly logEvidence: string
  readonly cursors: string
  readonly spool: string
  readonly status: string
  readonly pid: string
  readonly lock: string
  readonly log: string
  readonly crash: string
  readonly socket: string
}

/** The daemon's folder from the environment (`WATCHBILL_DATA`, `.watchbill` unless set), as an absolute path. */
export const dataFolder = (env: NodeJS.ProcessEnv): DataFolder => {
  const path = resolve(env.WATCHBILL_DATA || '.watchbill', 'daemon')
  return {
    path,
    config: join(path, 'config.yaml'),
    credential: join(path, 'credential.json'),
    machineKey: join(path, 'machine-key.json'),
    logMemory: join(path, 'log-memory.json'),
    logEvidence: join(path, 'log-evidence.jsonl'),
    cursors: join(path, 'cursors'),
    spool: join(path, 'spool'),
    status: join(path, 'status.json'),
    pid: join(path, 'pid'),
    lock: join(path, 'starting'),
    log: join(path, 'log'),
    crash: join(path, 'crash.log'),
    socket: socketPath(path),
  }
}

/** Creates the folders, and takes group and others' rights away where they stood already. */
export const createDataFolder = async (folder: DataFolder): Promise<void> => {
  for (const path of [folder.path, folder.cursors, folder.spool]) {
    await mkdir(path, { recursive: true, mode: 0o700 })
    await chmod(path, 0o700)
  }
}

/** sun_path holds 108 bytes on Linux and 104 on macOS; a deep data folder gets a short name in the temp folder. */
const socketPath = (path: string): string => {
  const digest = createHash('sha256').update(path).digest('hex').slice(0, 24)
  if (process.platform === 'win32') return `\\\\.\\pipe\\watchbill-${digest}`
  const inside = join(path, 'control.sock')
  return Buffer.byteLength(inside) < 100 ? inside : join(tmpdir(), `watchbill-${digest}.sock`)
}
