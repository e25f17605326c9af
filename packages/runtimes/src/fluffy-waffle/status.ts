import * as z from 'zod/mini'
import { type Read, readJson } from '../document.ts'
import { type Keep, nativeText } from '../native-text.ts'
import type {
  Documents,
  NodeContext,
  NodeFormat,
  NodeReading,
  NodeSession,
  NodeStatus,
} from '../node-status.ts'
import { instantAt } from '../row.ts'
import { blankStatus, moment, outOfReach, reading, unreadable } from '../standing.ts'

const runtime = 'fluffy-waffle'
const ttlMs = 60_000

/** In the order a task goes through them; `failed` is left by a reset only. */
const states = ['idle', 'planning', 'test_writing', 'test_running', 'coding', 'done', 'failed'] as const
const State = z.enum(states)

const SessionState = z.nullable(
  z.object({
    state: State,
    mode: z.enum(['strict', 'explore', 'debug']),
    previous_state: z.nullable(State),
    consecutive_failures: z.int().check(z.minimum(0)),
    test_files: z.array(z.string()),
    last_test_passed: z.nullable(z.boolean()),
  }),
)
type SessionState = z.infer<typeof SessionState>

const reply = <T>(result: z.ZodMiniType<T>) => z.object({ type: z.literal('response'), result })
const pong = reply(z.object({ pong: z.literal(true) }))
const session = reply(SessionState)

/** What may leave the machine. Left behind: `test_files` (paths of a project; their number is a reading) and `id`. */
const keepState: Keep = {
  state: true,
  mode: true,
  previous_state: true,
  consecutive_failures: true,
  last_test_passed: true,
}
const keepReply: Keep = { type: true, result: keepState }
const keepPing: Keep = { type: true, result: { pong: true } }

const parseStatus = (documents: Documents, context: NodeContext): NodeStatus => {
  const ping = readJson(documents, 'test.ping', { schema: pong })
  const asked = readJson(documents, 'session.get', { schema: session })
  const stored = readJson(documents, 'state.db', { schema: SessionState })
  const bad = [ping, asked, stored].find(({ kind }) => kind === 'bad')
  if (bad?.kind === 'bad') return unreadable(runtime, bad.reason)
  const row = Object.hasOwn(documents, 'state.db') ? documents['state.db'] : undefined
  const written = row?.kind === 'document' ? (row.writtenAt ?? null) : null
  const writtenMs = instantAt({ written }, 'written')
  if (written !== null && writtenMs === null) {
    return unreadable(runtime, 'state.db session_state.updated_at: must be an RFC 3339 time')
  }
  const life = lifeOf({ documents, ping, stored, writtenMs }, context)
  if ('runtime' in life) return life
  const state = asked.kind === 'ok' ? asked.value.result : stored.kind === 'ok' ? stored.value : null
  const fresh = asked.kind === 'ok'
  return {
    ...blankStatus(runtime),
    ...life,
    ttlMs,
    ...described(state, { life, fresh, writtenMs: fresh ? null : writtenMs, nowMs: context.nowMs }),
    ready: life.liveness !== 'running' ? false : ping.kind === 'ok' ? state?.state !== 'failed' : null,
    native: {
      mediaType: 'application/json',
      text: nativeText([
        { name: 'test.ping', read: ping, keep: keepPing },
        { name: 'session.get', read: asked, keep: keepReply },
        { name: 'state.db', read: stored, keep: keepState },
      ]),
    },
  }
}

type Life = Pick<NodeStatus, 'liveness' | 'livenessReason' | 'aliveMs'>

interface Evidence {
  readonly documents: Documents
  readonly ping: Read<unknown>
  readonly stored: Read<SessionState>
  readonly writtenMs: number | null
}

/** The socket decides; where it is not asked, the age of the last written state does. */
const lifeOf = (
  { documents, ping, stored, writtenMs }: Evidence,
  context: NodeContext,
): Life | NodeStatus => {
  const { nowMs } = context
  if (ping.kind === 'ok') return { liveness: 'running', livenessReason: null, aliveMs: nowMs }
  const socket = Object.hasOwn(documents, 'test.ping') ? documents['test.ping'] : undefined
  if (socket?.kind === 'absent') {
    return {
      liveness: 'stopped',
      livenessReason: 'there is no socket, so the kernel is not running',
      aliveMs: writtenMs,
    }
  }
  if (socket !== undefined) {
    const reason = ping.kind === 'none' ? ping.reason : 'no answer'
    const silent = outOfReach(
      runtime,
      reason,
      { ...context, lastGoodMs: latest(context.lastGoodMs, writtenMs) },
      ttlMs,
    )
    const { liveness, livenessReason, aliveMs } = silent
    // What it wrote last is at least as new as what it said last.
    return stored.kind === 'ok' && liveness !== 'unreadable' ? { liveness, livenessReason, aliveMs } : silent
  }
  if (stored.kind !== 'ok') return unreadable(runtime, stored.kind === 'none' ? stored.reason : 'no state')
  if (writtenMs === null) return unreadable(runtime, 'state.db does not say when it was written')
  const stale = nowMs - writtenMs >= ttlMs
  return {
    liveness: stale ? 'stale' : 'running',
    livenessReason: `its socket is not asked; state.db was last written ${moment(writtenMs)}`,
    aliveMs: Math.min(writtenMs, nowMs),
  }
}

const latest = (a: number | null, b: number | null): number | null =>
  a === null || b === null ? (a ?? b) : Math.max(a, b)

interface Around {
  readonly life: Life
  /** Said by the kernel just now, not read from its last write. */
  readonly fresh: boolean
  readonly writtenMs: number | null
  readonly nowMs: number
}

const described = (state: SessionState, around: Around): Partial<NodeStatus> => {
  const kernel = {
    name: 'kernel',
    status: around.life.liveness === 'running' ? ('healthy' as const) : ('unknown' as const),
    reason: around.life.livenessReason,
  }
  if (state === null) return { components: [kernel], health: 'unknown' }
  const fault = faultOf(state)
  const stopped = around.life.liveness === 'stopped'
  const health = stopped ? 'unknown' : fault === null ? 'healthy' : 'degraded'
  return {
    health,
    healthReason: stopped ? null : fault,
    components: [
      kernel,
      { name: 'state machine', status: fault === null ? 'healthy' : 'degraded', reason: fault },
    ],
    machine: { states, current: state.state, sinceMs: around.writtenMs },
    readings: readingsOf(state, around),
    sessions: [sessionOf(state, around)],
  }
}

const faultOf = ({
  state,
  previous_state,
  consecutive_failures,
}: NonNullable<SessionState>): string | null => {
  if (state === 'failed') {
    return `failed${previous_state === null ? '' : ` in ${previous_state}`}; only a reset leads out of it`
  }
  return consecutive_failures >= 3
    ? `${consecutive_failures} test runs failed in a row; a person should review`
    : null
}

const readingsOf = (state: NonNullable<SessionState>, { fresh, writtenMs, nowMs }: Around): NodeReading[] => {
  const said = (name: string, value: NodeReading['value']) =>
    reading(writtenMs ?? nowMs, name, value, null, fresh ? 'reported' : 'observed')
  return [
    said('mode', state.mode),
    said('previous state', state.previous_state),
    said('failures in a row', state.consecutive_failures),
    said('test files', state.test_files.length),
    said('last test passed', state.last_test_passed),
  ]
}

const busy: readonly string[] = ['planning', 'test_writing', 'test_running', 'coding']

const sessionOf = (state: NonNullable<SessionState>, { life, fresh, writtenMs }: Around): NodeSession => {
  const working = busy.includes(state.state)
  const stopped = life.liveness === 'stopped'
  return {
    nativeId: 'session',
    state: stopped ? 'ended' : working ? 'working' : 'idle',
    source: fresh ? 'reported' : 'observed',
    staleAfterMs: working && !stopped && !fresh ? 600_000 : null,
    sinceMs: writtenMs,
    startedMs: null,
    lastActivityMs: writtenMs,
    entrypoint: null,
    permissionMode: state.mode,
    tool: null,
    toolCalls: null,
    errors: null,
  }
}

/**
 * `test.ping` and `session.get` are payloads of the socket's answers; `state.db` is the column `data` of the row id = 1 of
 * `session_state`, its `updated_at` given as `writtenAt`.
 */
export const fluffyWaffle: NodeFormat = {
  runtime,
  name: 'Fluffy Waffle',
  documents: ['test.ping', 'session.get', 'state.db'],
  parseStatus,
}
