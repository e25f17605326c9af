import * as z from 'zod/mini'
import type { LiveSession } from '../runtime.ts'

const Row = z.object({
  sessionId: z.string().check(z.minLength(1), z.maxLength(200)),
  pid: z.catch(z.optional(z.int().check(z.positive())), undefined),
  status: z.optional(z.unknown()),
  waitingFor: z.optional(z.unknown()),
  /** Background agents (reference §1.4): working, blocked, done, failed, stopped. */
  state: z.optional(z.unknown()),
})

const statuses: Record<string, LiveSession['status']> = {
  busy: 'working',
  working: 'working',
  idle: 'idle',
  waiting: 'waiting',
  blocked: 'waiting',
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

const known = (value: unknown): LiveSession['status'] | null =>
  typeof value === 'string' && Object.hasOwn(statuses, value) ? (statuses[value] ?? null) : null

/** `done`, `failed` and `stopped` background agents stay listed after their process; they are not live. */
const over = (value: unknown) => value === 'done' || value === 'failed' || value === 'stopped'

const liveRow = (value: unknown): LiveSession | null => {
  const parsed = Row.safeParse(value)
  if (!parsed.success || over(parsed.data.state)) return null
  const { sessionId, pid, status, state, waitingFor } = parsed.data
  const now = known(status) ?? known(state) ?? 'idle'
  return {
    nativeId: sessionId,
    pid: pid ?? null,
    status: now,
    waitingFor: now === 'waiting' && typeof waitingFor === 'string' ? waitingFor.slice(0, 200) : null,
    // `startedAt` is when the process began, not when it began to wait: the rows or the first sight tell that.
    sinceMs: null,
  }
}

/**
 * Standard output of `claude agents --json` (reference §1.4). Null when it is not a list, so that a failed
 * command is never read as "nothing runs"; rows without a session id are left out.
 */
export const parseClaudeAgents = (text: string): LiveSession[] | null => {
  const list = parseJson(text)
  if (!Array.isArray(list)) return null
  return list.map(liveRow).filter((row) => row !== null)
}

/** One `sessions/<pid>.json` below Claude Code's folder: private to it, so best effort. Null when unusable. */
export const parseClaudeProcess = (text: string): LiveSession | null => liveRow(parseJson(text))
