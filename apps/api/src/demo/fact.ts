import type { Decision, EventPayload, EventType } from '@watchbill/contract/events'
import type { DemoAgent } from './cast.ts'

type Value = string | number | boolean

/** Something an agent did, before its machine numbers it. */
export interface Fact {
  readonly agent: DemoAgent
  /** ms. */
  readonly at: number
  readonly type: EventType
  readonly decision: Decision | null
  /** As the type's schema has it, but for `imported`, which is the machine's to say. */
  readonly payload: Readonly<Record<string, Value>>
}

export const factOf = <T extends EventType>(
  { agent, at }: Pick<Fact, 'agent' | 'at'>,
  type: T,
  payload: Omit<EventPayload<T>, 'imported'>,
  decision: Decision | null = null,
): Fact => {
  const said: [string, unknown][] = Object.entries(payload)
  const known = said.filter((member): member is [string, Value] => member[1] !== undefined)
  return { agent, at, type, decision, payload: Object.fromEntries(known) }
}
