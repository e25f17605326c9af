import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import type { RuntimeEvent, SessionFormat } from '../runtime.ts'

/** Session files of one folder by their path below it. */
export type Files = ReadonlyMap<string, readonly string[]>

export const filesIn = (folder: string, format: SessionFormat): Files =>
  new Map(
    readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .map((name) => join(folder, name))
      .filter((path) => statSync(path).isFile() && format.matches(relative(folder, path)))
      .sort()
      .map((path) => [relative(folder, path), readFileSync(path, 'utf8').trimEnd().split('\n')]),
  )

/** Every event of some lines, in order; mutates `state`. */
export const toldBy = (format: SessionFormat, state: unknown, lines: readonly string[]): RuntimeEvent[] => {
  const events: RuntimeEvent[] = []
  for (const line of lines) format.apply(state, line, (event) => events.push(event))
  return events
}

/** What a daemon keeps of several tellings: the first event of every key. */
export const once = (events: Iterable<RuntimeEvent>): Map<string, RuntimeEvent> => {
  const kept = new Map<string, RuntimeEvent>()
  for (const event of events) if (!kept.has(event.key)) kept.set(event.key, event)
  return kept
}

export const toldByAll = (format: SessionFormat, files: Files): RuntimeEvent[] =>
  [...files].flatMap(([path, lines]) => toldBy(format, format.initial(path), lines))

/** One event as a line of `expected.json`. */
export const lineOf = (event: RuntimeEvent): string => {
  const { type, nativeId, atMs, call, subagent, tool, request, decision, outcome, by, mode, kind, cause } =
    event
  const time = atMs === null ? 'no time' : new Date(atMs).toISOString().slice(11, 19)
  const words = [
    time,
    type,
    nativeId,
    subagent,
    call,
    tool,
    request,
    decision,
    by,
    outcome,
    event.from,
    mode,
    kind,
    cause,
  ]
  const counts = [event.status, event.attempt, event.tokensBefore, event.tokensAfter, event.durationMs]
  return [...words, ...counts].filter((word) => word !== null).join(' ')
}
