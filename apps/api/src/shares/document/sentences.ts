import { reveal } from './reveal.ts'
import { h, type VNode } from './vnode.ts'

/**
 * What each published type says to a person. `{, :cause}` stands while the member is said; `$` shows it as something that
 * was run; `=` puts in words of ours.
 */
export const sentences: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'session.started': 'Session started{, :cause}{ with :model}',
    'session.ended': 'Session ended{: :cause}',
    'tool.called': 'Called{: :tool}{ $request}',
    'tool.finished': '{=outcome}{: :tool}{ $request}{, after :durationMs}',
    'tool.refused': 'Refused{: :tool}{ $request}{, by a :by}',
    'permission.asked': 'Asked to run{: :tool}{ $request}',
    'permission.answered': 'Permission {=decision}{: :tool}{ $request}{, by a :by}{, after :durationMs}',
    'mode.changed': 'Permission mode changed{ from :from}{ to :to}',
    'subagent.started': 'Sub-agent started{: :kind}{ with :model}',
    'subagent.finished': 'Sub-agent: {=outcome}{: :kind}{, after :durationMs}',
    'context.compacted': 'Context compacted{, from :tokensBefore}{ to :tokensAfter tokens}',
    'model.failed': 'Model call failed{: :kind}{, HTTP :status}{, attempt :attempt}',
    'producer.sealed': 'Its machine’s key signed for its entries{, up to :pseq of its own count}',
    'workspace.created': 'Workspace created{: :kind}',
    'workspace.removed': 'Workspace removed, its log with it{: :workspace}',
    'key.created': 'API key created{: :key}{ that may :scopes}',
    'key.revoked': 'API key revoked{: :key}',
    'signin.offered': 'Sign-in link made',
    'signin.redeemed': 'Signed in',
    'signin.ended': 'Signed out',
    'enrollment.created': 'Enrolment token made for a machine',
    'machine.joined': 'Machine joined{: :machine}',
    'producer.registered': 'First entry of a new producer{ of :owner}',
    'producer.equivocated': 'A producer contradicted itself{ :count times}{: :owner}',
    'producer.seal.refused': 'Seals of a producer do not hold{: :owner}',
    'key.added': 'Signing key added to the log',
    'key.retired': 'Signing key of the log retired{ at :size}',
    'log.continued':
      'Log taken up again after a restore{: :oldSize had been signed}{, :restoredSize came back}',
    'log.published': 'Log opened to anyone{: :published}',
    'log.exported': 'Log exported{, :size entries}',
    'log.imported': 'Log imported{, :size entries}{ from :origin}',
    'witness.added': 'Witness added{: :name}{ at :url}',
    'witness.removed': 'Witness removed{: :name}',
    'payload.erased': 'Erased what was said in{ :seqs}{: :reason}',
    'content.read': 'Content read{ of entry :seq}',
    'entries.exported': 'Entries exported{: :count}{ as :format}',
    'view.saved': 'Query saved{: :view}',
    'view.removed': 'Saved query removed{: :view}',
    'share.created': 'Share link made{: :share}{, showing :count entries}',
    'share.revoked': 'Share link revoked{: :share}',
    'share.opened': 'Share link opened{: :share}{, visit :visit}',
  }),
)

/** Shown members by name. */
export type Said = ReadonlyMap<string, unknown>

const outcomes: ReadonlyMap<unknown, string> = new Map([
  ['ok', 'Finished'],
  ['error', 'Failed'],
  ['denied', 'Was denied'],
])

/** Characters of one value in a sentence; the entry itself shows the rest. */
const most = 160

/** One entry in words; a type that is not in the table stands as its bare name. */
export const sentenceOf = (type: string, said: Said, decision: string | undefined): VNode[] =>
  (sentences.get(type) ?? '{=type}').split(/[{}]/).flatMap((part): VNode[] => {
    if (part === '=type') return [h('code', null, ...reveal(type))]
    if (part === '=outcome') return [outcomes.get(said.get('outcome')) ?? 'Ended, outcome unknown']
    if (part === '=decision') return [decision === 'deny' ? 'denied' : 'given']
    const [, before = '', kind = '', name = '', after = ''] = /^(.*?)([:$])(\w+)(.*)$/.exec(part) ?? []
    if (name === '') return [part]
    const text = textOf(name, said.get(name))
    if (text === '') return []
    const cut = reveal(text.length > most ? `${text.slice(0, most)}…` : text)
    return [before, h(kind === '$' ? 'code' : 'bdi', null, ...cut), after]
  })

/** '' for what is not said; `by: unknown` says nothing. */
const textOf = (name: string, value: unknown): string => {
  if (value === undefined || value === null || (name === 'by' && value === 'unknown')) return ''
  if (name === 'durationMs' && typeof value === 'number')
    return value < 1000 ? `${value} ms` : `${value / 1000} s`
  return Array.isArray(value)
    ? value.join(', ')
    : typeof value === 'object'
      ? JSON.stringify(value)
      : String(value)
}
