import { existsSync, realpathSync, statSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import type { SessionFormat } from '@watchbill/runtimes'
import type { DataFolder } from '../data-folder.ts'
import { type Surroundings, sessionFolders } from './session-roots.ts'

interface Granted {
  readonly path: string
  /** A folder is granted with everything below it. */
  readonly kind: 'file' | 'folder'
}

export interface Confinement {
  /** Of the Node that will run the daemon, `v20.19.0`: its flags have changed names. */
  readonly nodeVersion: string
  readonly formats: readonly SessionFormat[]
  readonly surroundings: Surroundings
  readonly folder: DataFolder
  /** The program's file; its folder and the `node_modules` folders above it may be read. */
  readonly entry: string
  /** More files or folders to read: a runtime's status file, a project's `.fluffy`. */
  readonly alsoRead?: readonly string[]
  /** Ask `claude agents` which sessions live: the one reason to start a process. */
  readonly childProcesses: boolean
}

/**
 * Node's own flags that confine the daemon to its session roots (read) and its data folder (read, write); what it
 * starts with them can open nothing else, links followed by Node itself aside: `openBelow` refuses those.
 * Throws RangeError for a path with `*`, which the flags would take for a pattern.
 */
export const permissionFlags = (confinement: Confinement): string[] => {
  const { folder, childProcesses } = confinement
  const version = parseVersion(confinement.nodeVersion)
  const own = patterns([folderAt(folder.path), fileAt(folder.socket)])
  const sessions = sessionPaths(confinement).map(folderAt)
  // A pattern holds the path itself, too: right for a folder, and for what is not there yet.
  const also = (confinement.alsoRead ?? []).map((path) => (isFile(path) ? fileAt(path) : folderAt(path)))
  const read = patterns([
    folderAt(folder.path),
    fileAt(folder.socket),
    ...sessions,
    ...programPaths(confinement),
    ...also,
  ])
  return [
    // 22.13 and 23.5 dropped "experimental"; 25 was the first to close the network, and cannot open it in part.
    ...(isAtLeast(version, [23, 5]) || (version[0] === 22 && isAtLeast(version, [22, 13]))
      ? ['--permission']
      : ['--experimental-permission', '--disable-warning=ExperimentalWarning']),
    ...(isAtLeast(version, [25, 0]) ? ['--allow-net'] : []),
    ...(childProcesses ? ['--allow-child-process'] : []),
    ...read.map((path) => `--allow-fs-read=${path}`),
    ...own.map((path) => `--allow-fs-write=${path}`),
  ]
}

type Version = readonly [major: number, minor: number]

const parseVersion = (text: string): Version => {
  const [, major, minor] = /^v?(\d+)\.(\d+)\./.exec(text) ?? []
  if (major === undefined || minor === undefined) throw new RangeError(`not a version of Node: ${text}`)
  return [Number(major), Number(minor)]
}

const isAtLeast = ([major, minor]: Version, [least, leastMinor]: Version): boolean =>
  major > least || (major === least && minor >= leastMinor)

const sessionPaths = ({ formats, surroundings }: Confinement): string[] =>
  sessionFolders(formats, surroundings).flatMap(({ format, base, path }) =>
    // Claude Code's list of its live processes lies beside its transcripts.
    format.runtime === 'claude-code' ? [path, join(base, 'sessions')] : [path],
  )

const programPaths = ({ entry, childProcesses, surroundings }: Confinement): Granted[] => {
  const above = ancestors(dirname(entry))
  return [
    folderAt(dirname(entry)),
    ...above.map((path) => fileAt(join(path, 'package.json'))),
    ...above.map((path) => folderAt(join(path, 'node_modules'))).filter(({ path }) => existsSync(path)),
    ...(childProcesses ? foldersOnPath(surroundings.env).map((path) => fileAt(join(path, 'claude'))) : []),
  ]
}

const folderAt = (path: string): Granted => ({ path, kind: 'folder' })
const fileAt = (path: string): Granted => ({ path, kind: 'file' })
const isFile = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === false

const ancestors = (path: string): string[] =>
  dirname(path) === path ? [path] : [path, ...ancestors(dirname(path))]

const foldersOnPath = (env: NodeJS.ProcessEnv): string[] =>
  (env.PATH ?? '').split(delimiter).filter((path) => path.startsWith('/'))

/**
 * Paths as given and what they lead to: Node compares by name, before links are followed. `folder/*` holds the folder
 * itself. Nothing is granted twice: Node 20 aborts on a path and its pattern side by side.
 */
const patterns = (granted: readonly Granted[]): string[] => {
  const both = granted.flatMap(({ path, kind }) => [path, realOf(path)].map((name) => ({ path: name, kind })))
  const bad = both.find(({ path }) => path.includes('*'))
  if (bad !== undefined) throw new RangeError(`a path with "*" cannot be granted alone: ${bad.path}`)
  const folders = new Set(both.filter(({ kind }) => kind === 'folder').map(({ path }) => path))
  const covered = ({ path, kind }: Granted) =>
    ancestors(dirname(path)).some((above) => folders.has(above)) || (kind === 'file' && folders.has(path))
  const kept = both.filter((each) => !covered(each))
  return [...new Set(kept.map(({ path, kind }) => (kind === 'folder' ? join(path, '*') : path)))]
}

/** For what is not there yet, where it will lie. */
const realOf = (path: string): string => {
  try {
    return realpathSync(path)
  } catch {
    const parent = dirname(path)
    return parent === path ? path : join(realOf(parent), path.slice(parent.length))
  }
}
