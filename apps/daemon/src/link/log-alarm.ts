/** What does not hold about the control plane's log. */
export type AlarmKind =
  | 'unreadable'
  | 'signature'
  | 'key'
  | 'origin'
  | 'shrunk'
  | 'history'
  | 'place'
  | 'dropped'
  | 'damaged'
  | 'unsealed'
  | 'refused'

/** The log contradicts itself or this machine, or cannot show that it does not: nothing is deleted. */
export class LogAlarm extends Error {
  override readonly name = 'LogAlarm'
  readonly kind: AlarmKind
  /** What anybody can check: signed notes, answers. */
  readonly evidence: Readonly<Record<string, unknown>>

  constructor(kind: AlarmKind, message: string, evidence: Readonly<Record<string, unknown>> = {}) {
    super(message)
    this.kind = kind
    this.evidence = evidence
  }
}

const ask =
  'ask whoever runs the control plane what happened, and keep this data folder: it holds the evidence'

/** What a person can do about each. */
export const alarmMends: Record<AlarmKind, string> = {
  unreadable: 'update the daemon or the control plane, whichever is older; entries wait here',
  signature: ask,
  key: 'ask whoever runs the control plane for the fingerprint of its log key; if it was changed in the open, enrol this machine again: watchbill enroll',
  origin: ask,
  shrunk: ask,
  history: ask,
  place: ask,
  dropped: `nothing, if the control plane lost its disk a moment ago: the entries are sent again; else ${ask}`,
  damaged: 'check the disk; what is damaged here stays unproven',
  unsealed:
    'look at the control plane: watchbill log fsck there, and its own log; entries wait here meanwhile',
  refused: 'enrol this machine again: WATCHBILL_ENROLL_TOKEN=… watchbill enroll --api <url>',
}
