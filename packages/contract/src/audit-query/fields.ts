import { actions } from './actions.ts'
import type { QueryField } from './ast.ts'

/** What a query may ask about, for completion, help and the rule which scope may use it. */
export interface FieldInfo {
  readonly kind: 'word' | 'number' | 'time' | 'duration'
  /**
   * header: stands in the leaf, so anybody with the header can run the filter again. place: follows from the entry's place.
   * payload: said by the entry, may be withheld, redacted or erased. row: known to the control plane alone.
   */
  readonly from: 'header' | 'place' | 'payload' | 'row'
  readonly summary: string
  /** Every value there is, where that is a closed list. */
  readonly values?: readonly string[]
}

export const fields: Readonly<Record<QueryField, FieldInfo>> = {
  action: {
    kind: 'word',
    from: 'header',
    summary: 'What happened: the event type',
    values: actions,
  },
  decision: { kind: 'word', from: 'header', summary: 'What was decided', values: ['allow', 'ask', 'deny'] },
  agent: { kind: 'word', from: 'header', summary: 'The agent, by name or id' },
  runtime: { kind: 'word', from: 'row', summary: 'What the agent runs on, such as claude-code' },
  machine: {
    kind: 'word',
    from: 'row',
    summary: 'The machine, by name or id; control-plane for our own entries',
  },
  tool: { kind: 'word', from: 'payload', summary: 'The tool that was called' },
  session: { kind: 'word', from: 'payload', summary: 'The session, by id' },
  outcome: {
    kind: 'word',
    from: 'payload',
    summary: 'How a call ended',
    values: ['ok', 'error', 'denied', 'unknown'],
  },
  by: {
    kind: 'word',
    from: 'payload',
    summary: 'Who decided',
    values: ['person', 'rule', 'hook', 'unknown'],
  },
  actor: { kind: 'word', from: 'payload', summary: 'Who did it in the control plane, by id' },
  model: { kind: 'word', from: 'payload', summary: 'The model' },
  cause: { kind: 'word', from: 'payload', summary: 'Why a session began or ended, or a producer signed' },
  share: { kind: 'word', from: 'payload', summary: 'The share link it is about, by id' },
  imported: {
    kind: 'word',
    from: 'payload',
    summary: 'Whether it was read from rows older than the watch',
    values: ['true', 'false'],
  },
  payload: {
    kind: 'word',
    from: 'row',
    summary: 'Whether what it says is still here',
    values: ['shown', 'withheld', 'erased'],
  },
  producer: { kind: 'word', from: 'header', summary: 'Who numbered it, by id' },
  policy: { kind: 'word', from: 'header', summary: 'Digest of the policy that decided' },
  seq: { kind: 'number', from: 'place', summary: 'Place in the log' },
  time: { kind: 'time', from: 'header', summary: 'When it happened, by its machine’s clock' },
  duration: { kind: 'duration', from: 'payload', summary: 'How long a call or an answer took' },
}
