import { formats, type SessionFormat, sessionIdOf } from '@watchbill/runtimes'
import type { Surroundings } from '../boundary/session-roots.ts'
import { Failure } from '../cli/failure.ts'
import { readLines } from '../collect/lines.ts'
import { type FixedRoot, openBelow } from '../collect/open-below.ts'
import { findPlaces } from '../collect/roots.ts'
import { walk } from '../collect/walk.ts'
import type { AgentIds } from './agent-ids.ts'

/** A session's id stands within its first rows. */
const headBytes = 256 * 1024

/** One file of a session. */
export interface SessionFile {
  readonly format: SessionFormat
  readonly root: FixedRoot
  /** POSIX path below the root. */
  readonly path: string
  /** The runtime's folder: `ses_` ids follow from it. */
  readonly base: string
}

export interface FoundSession {
  readonly nativeId: string
  readonly runtime: string
  readonly files: readonly SessionFile[]
}

/** The one session named by a native id, a `ses_` id or the beginning of one. Throws Failure for none or several. */
export const findSession = async (
  wanted: string,
  surroundings: Surroundings,
  agentIds: AgentIds,
): Promise<FoundSession> => {
  const found = new Map<string, SessionFile[]>()
  for (const file of await sessionFiles(surroundings)) {
    for (const nativeId of await idsIn(file)) {
      const names = [
        nativeId,
        ...agentIds(file.format.runtime, file.base).map((id) => sessionIdOf(id, nativeId)),
      ]
      // An exact name is the session itself, however many others begin with it.
      const rank = names.includes(wanted)
        ? 'exact'
        : names.some((name) => name.startsWith(wanted))
          ? 'begins'
          : null
      if (rank === null) continue
      const key = `${rank}\0${file.format.runtime}\0${nativeId}`
      found.set(key, [...(found.get(key) ?? []), file])
    }
  }
  const exact = [...found].filter(([key]) => key.startsWith('exact\0'))
  return only(wanted, exact.length > 0 ? exact : withoutChildren([...found]))
}

/** A sub-agent's id is its session's and more: whoever gave the beginning of both means the session. */
const withoutChildren = <T>(found: readonly (readonly [string, T])[]) =>
  found.filter(([key]) => !found.some(([other]) => key.startsWith(`${other}/`)))

const only = (wanted: string, found: readonly (readonly [string, SessionFile[]])[]): FoundSession => {
  const what = 'the session was not found'
  const [first, ...others] = found
  if (first === undefined) throw new Failure(what, `no session begins with "${wanted.slice(0, 80)}"`, mend)
  if (others.length > 0) {
    const names = found.slice(0, 5).map(([key]) => key.split('\0').slice(1).join(' '))
    throw new Failure(what, `${found.length} sessions begin so: ${names.join(', ')}`, 'give more of its id')
  }
  const [, runtime = '', nativeId = ''] = first[0].split('\0')
  return { nativeId, runtime, files: first[1] }
}

const mend = '`watchbill sessions` lists the sessions on this machine'

const sessionFiles = async (surroundings: Surroundings): Promise<SessionFile[]> => {
  const files: SessionFile[] = []
  for (const { format, root, realBase, base } of await findPlaces(formats, surroundings)) {
    if (root === null) continue
    const walked = await walk(root.path, '', (path) => format.matches(path))
    for (const path of walked.files.sort()) files.push({ format, root, path, base: realBase ?? base })
  }
  return files
}

/** Ids of the sessions a file's first rows speak of; none where it cannot be read. */
const idsIn = async ({ format, root, path }: SessionFile): Promise<string[]> => {
  const state = format.initial(path)
  try {
    const { handle } = await openBelow(root, path)
    try {
      const sink = { line: (text: string) => format.apply(state, text), oversize: () => {} }
      await readLines(handle, { offset: 0, skipping: false }, sink, { budgetBytes: headBytes })
    } finally {
      await handle.close()
    }
  } catch {
    return []
  }
  return format.sessions(new Map([[path, state]])).map(({ nativeId }) => nativeId)
}
