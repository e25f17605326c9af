import type { DecidedBy } from '@watchbill/contract/events'
import { toolDecided, toolFinished } from '../calls.ts'
import type { Moment } from '../moment.ts'
import { countAt, idAt, type Row, rawAt, rowAt, valueAt } from '../row.ts'
import { addMark, setPhase } from '../thread.ts'

/** `permissionDecision.source` in our words; a refusal nobody explains is the person's. */
const decidedBy = (source: string | null, kind: string | null): DecidedBy => {
  if (source === 'config') return 'rule'
  if (source === 'hook') return 'hook'
  if (source?.startsWith('user') === true || (source === null && kind?.startsWith('user') === true))
    return 'person'
  return source === null && kind !== null ? 'rule' : 'unknown'
}

/** Result of a tool call: what was decided about it, then how it ended (reference §1.5). */
export const readResult = (at: Moment, row: Row, block: Row): void => {
  const { thread, ms } = at
  const call = idAt(block, 'tool_use_id') ?? ''
  const asker = idAt(row, 'sourceToolAssistantUUID')
  const about = { call, key: asker === null ? null : `${asker}|${call}` }
  const kind = rawAt(row, 'toolDenialKind')
  const permission = rowAt(row, 'permissionDecision')
  const decision = valueAt(permission, 'decision')
  const denied = kind !== null || decision === 'reject'
  const error = valueAt(block, 'is_error') === true
  const by = decidedBy(rawAt(permission, 'source'), kind)
  if (denied) toolDecided(at, about, 'deny', by)
  else if (decision === 'accept') toolDecided(at, about, 'allow', by)
  const result = rowAt(row, 'toolUseResult')
  toolFinished(at, {
    ...about,
    outcome: denied ? 'denied' : error ? 'error' : 'ok',
    durationMs: countAt(result, 'totalDurationMs') ?? countAt(result, 'durationMs'),
    content: valueAt(block, 'content'),
  })
  const key = `${rawAt(row, 'uuid')}|${call}`
  if (denied) addMark(thread, 'denial', key)
  else if (error) addMark(thread, 'failure', key)
  setPhase(thread, 'working', ms)
}
