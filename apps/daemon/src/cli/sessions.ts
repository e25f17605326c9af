import type { SessionReport } from '@watchbill/contract/sessions'
import { formats } from '@watchbill/runtimes'
import { Installation } from '../collect/installation.ts'
import { Installed } from '../collect/installed.ts'
import { LiveBook } from '../collect/live.ts'
import { findPlaces, type Place, type Surroundings } from '../collect/roots.ts'
import { Tail } from '../collect/tail.ts'
import { walk } from '../collect/walk.ts'
import { loadConfig } from '../config/load.ts'
import { dataFolder } from '../data-folder.ts'
import { errorText } from '../error-code.ts'
import { configFailure } from './config-failure.ts'
import { homeOf } from './home.ts'
import { parseOptions } from './options.ts'
import type { Terminal } from './terminal.ts'

const recentMs = 86_400_000

/** What `sessions --json` prints, and `sessions` in words. */
export interface SessionsFacts {
  readonly at: string
  /** Sessions that ended or fell silent over a day ago: shown with `--all`. */
  readonly hidden: number
  readonly sessions: readonly SessionFact[]
  readonly unread: readonly { readonly path: string; readonly reason: string }[]
}

type SessionFact = { readonly runtime: string } & Pick<
  SessionReport,
  | 'nativeId'
  | 'kind'
  | 'state'
  | 'stateSource'
  | 'waiting'
  | 'tool'
  | 'model'
  | 'project'
  | 'branch'
  | 'startedAt'
  | 'lastActivityAt'
  | 'tokens'
  | 'turns'
  | 'toolCalls'
>

/** `sessions`: reads the session files of this machine here and now; needs no daemon and no control plane, writes nothing. */
export const sessions = async (args: readonly string[], terminal: Terminal): Promise<number> => {
  const { json, all } = parseOptions('sessions', args, ['json', 'all'])
  const facts = await readSessions(terminal.env, all, Date.now())
  terminal.out(json ? JSON.stringify(facts) : textOf(facts).join('\n'))
  return 0
}

const readSessions = async (env: NodeJS.ProcessEnv, all: boolean, nowMs: number): Promise<SessionsFacts> => {
  const home = homeOf(env)
  const config = await loadConfig(dataFolder(env).config, home).catch(configFailure)
  const surroundings: Surroundings = { home, env, providerSessionRoots: config.providerSessionRoots }
  const unread: { path: string; reason: string }[] = []
  const installations = new Map<string, Installation>()
  for (const place of await findPlaces(formats, surroundings)) {
    if (place.state === 'unreadable')
      unread.push({ path: place.display, reason: place.reason ?? 'cannot be read' })
    if (place.root !== null)
      unread.push(...(await readPlace(place, installationOf(installations, place), nowMs)))
  }
  const live = new LiveBook(env, config.flags.claudeAgents)
  await live.poll(installations.values(), nowMs)
  const found = [...installations.values()].flatMap((installation) =>
    new Installed('agt_00000000-0000-8000-8000-000000000000', installation, 'request')
      .changes(live.of(installation), nowMs, true)
      .sessions.map((report) => factOf(installation.format.runtime, report)),
  )
  const shown = all ? found : found.filter((each) => isRecent(each, nowMs))
  shown.sort((left, right) => (right.lastActivityAt ?? '').localeCompare(left.lastActivityAt ?? ''))
  const at = new Date(nowMs).toISOString()
  return { at, hidden: found.length - shown.length, sessions: shown, unread }
}

const installationOf = (known: Map<string, Installation>, place: Place): Installation => {
  const base = place.realBase ?? place.base
  const key = `${place.format.runtime}\0${base}`
  const installation = known.get(key) ?? new Installation(place.format, base, place.display, true)
  known.set(key, installation)
  return installation
}

const readPlace = async (place: Place, installation: Installation, nowMs: number) => {
  const unread: { path: string; reason: string }[] = []
  if (place.root === null) return unread
  const { files, failed } = await walk(place.root.path, '', (path) => place.format.matches(path))
  for (const { folder, error } of failed)
    unread.push({ path: `${place.display}/${folder}`, reason: errorText(error) })
  for (const path of files) {
    const tail = new Tail(place.format, place.root, path)
    try {
      while ((await tail.read(nowMs)).more);
      installation.add(`${place.root.path}\0${path}`, tail)
    } catch (error) {
      unread.push({ path: `${place.display}/${path}`, reason: errorText(error) })
    }
  }
  return unread
}

const factOf = (runtime: string, report: SessionReport): SessionFact => {
  const { nativeId, kind, state, stateSource, waiting, tool, model, project, branch } = report
  const { startedAt, lastActivityAt, tokens, turns, toolCalls } = report
  const who = { runtime, nativeId, kind, state, stateSource, waiting, tool, model, project, branch }
  return { ...who, startedAt, lastActivityAt, tokens, turns, toolCalls }
}

const isRecent = ({ state, lastActivityAt }: SessionFact, nowMs: number): boolean =>
  state !== 'ended' || (lastActivityAt !== null && nowMs - Date.parse(lastActivityAt) < recentMs)

const textOf = ({ at, hidden, sessions: shown, unread }: SessionsFacts): string[] => [
  shown.length === 0 ? `No sessions as of ${at}.` : `${shown.length} sessions as of ${at}.`,
  ...shown.flatMap(linesOf),
  ...(hidden === 0 ? [] : [`${hidden} older ones are hidden; watchbill sessions --all shows them.`]),
  ...unread.map(({ path, reason }) => `Could not be read: ${path}: ${reason}`),
]

const linesOf = (one: SessionFact): string[] => {
  const { tokens, waiting, tool } = one
  const counts = Object.entries(tokens).map(([name, count]) => `${name} ${count ?? '–'}`)
  return [
    '',
    `${one.runtime} ${one.nativeId} (${one.kind}): ${one.state} (${one.stateSource})`,
    `  ${one.project ?? '–'}, branch ${one.branch ?? '–'}, model ${one.model ?? '–'}`,
    `  started ${one.startedAt ?? '–'}, last activity ${one.lastActivityAt ?? '–'}`,
    `  turns ${one.turns ?? '–'}, tool calls ${one.toolCalls ?? '–'}, tokens ${counts.join(', ')}`,
    ...(waiting === null
      ? []
      : [
          `  waits for ${waiting.kind} since ${waiting.since}: ${waiting.detail ?? '–'}, ${callText(waiting.tool, waiting.request)}`,
        ]),
    ...(tool === null ? [] : [`  runs ${callText(tool.name, tool.request)} since ${tool.since ?? '–'}`]),
  ]
}

const callText = (name: string | null, request: string | null): string => `${name ?? '–'} (${request ?? '–'})`
