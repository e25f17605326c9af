import type { ControlType } from '@watchbill/contract/control-events'
import type { ProducedType } from '@watchbill/contract/entry-types'
import { formatDuration } from '../../lib/duration.ts'
import { Said } from './entry-said.ts'

/** A sentence in parts: our own words, text somebody sent, and what was run. */
export interface Part {
  readonly kind: 'words' | 'text' | 'command'
  readonly text: string
}
type Sentence = (said: Said, decision: string | null) => readonly (Part | null)[]

const words = (text: string): Part => ({ kind: 'words', text })
/** ` word value`, or nothing where the value is not said. */
const with_ = (before: string, value: string | null, kind: Part['kind'] = 'text'): (Part | null)[] =>
  value === null ? [] : [words(before), { kind, text: value }]
const took = (said: Said): Part | null => {
  const ms = said.number('durationMs')
  return ms === null ? null : words(`, after ${ms < 1000 ? `${ms} ms` : formatDuration(ms)}`)
}
const count = (value: number, one: string, many = `${one}s`): string =>
  `${value.toLocaleString('en-US')} ${value === 1 ? one : many}`

/** `Bash git push`; the tool alone where the request was withheld. */
const call = (verb: string, said: Said): (Part | null)[] => {
  const what = [...with_(' ', said.text('tool')), ...with_(' ', said.text('request'), 'command')]
  return [words(what.length === 0 ? verb : `${verb}:`), ...what]
}
const deciders: ReadonlyMap<string, string> = new Map([
  ['person', 'a person'],
  ['rule', 'a rule'],
  ['hook', 'a hook'],
])
const by = (said: Said): Part | null => {
  const who = deciders.get(said.text('by') ?? '')
  return who === undefined ? null : words(`, by ${who}`)
}
const endings: ReadonlyMap<string, string> = new Map([
  ['ok', 'Finished'],
  ['error', 'Failed'],
  ['denied', 'Was denied'],
])
const ending = (said: Said): string => endings.get(said.text('outcome') ?? '') ?? 'Ended, outcome unknown'
const accused = (said: Said): string => count(said.number('count') ?? 1, 'entry', 'entries')

/** What each published type says to a person. */
const produced: Readonly<Record<ProducedType, Sentence>> = {
  'session.started': (said) => [
    words('Session started'),
    ...with_(', ', said.text('cause')),
    ...with_(' with ', said.text('model')),
  ],
  'session.ended': (said) => [words('Session ended'), ...with_(': ', said.text('cause'))],
  'tool.called': (said) => call('Called', said),
  'tool.finished': (said) => [...call(ending(said), said), took(said)],
  'tool.refused': (said) => [...call('Refused', said), by(said)],
  'permission.asked': (said) => call('Asked to run', said),
  'permission.answered': (said, decision) => [
    ...call(decision === 'deny' ? 'Permission denied' : 'Permission given', said),
    by(said),
    took(said),
  ],
  'mode.changed': (said) => [
    words('Permission mode changed'),
    ...with_(' from ', said.text('from')),
    ...with_(' to ', said.text('to')),
  ],
  'subagent.started': (said) => [
    words('Sub-agent started'),
    ...with_(': ', said.text('kind')),
    ...with_(' with ', said.text('model')),
  ],
  'subagent.finished': (said) => [
    words(`Sub-agent: ${ending(said).toLowerCase()}`),
    ...with_(': ', said.text('kind')),
    took(said),
  ],
  'context.compacted': (said) => {
    const [before, after] = [said.number('tokensBefore'), said.number('tokensAfter')]
    const figures =
      before === null || after === null
        ? ''
        : `, from ${before.toLocaleString('en-US')} to ${count(after, 'token')}`
    return [words(`Context compacted${figures}`)]
  },
  'model.failed': (said) => [
    words('Model call failed'),
    ...with_(': ', said.text('kind')),
    ...with_(', HTTP ', said.text('status')),
    ...with_(', attempt ', said.text('attempt')),
  ],
  'producer.sealed': (said) => {
    const pseq = said.number('pseq')
    return [
      words(
        pseq === null
          ? 'Its machine’s key signed for its entries'
          : `Its machine’s key signed for ${count(pseq + 1, 'entry', 'entries')} of its own`,
      ),
    ]
  },
}

const control: Readonly<Record<ControlType, Sentence>> = {
  'workspace.created': (said) => [
    words(said.text('kind') === 'demo' ? 'Demo workspace created' : 'Workspace created'),
  ],
  'workspace.removed': (said) => [
    words('Workspace removed, its log with it'),
    ...with_(': ', said.text('workspace')),
  ],
  'key.created': (said) => {
    const scopes = said.list('scopes').filter((scope) => typeof scope === 'string')
    return [words('API key created'), ...with_(' that may ', scopes.length === 0 ? null : scopes.join(', '))]
  },
  'key.revoked': (said) => [words('API key revoked'), ...with_(': ', said.text('key'))],
  'signin.offered': () => [words('Sign-in link made')],
  'signin.redeemed': () => [words('Signed in')],
  'signin.ended': () => [words('Signed out')],
  'enrollment.created': () => [words('Enrolment token made for a machine')],
  'machine.joined': (said) => [words('Machine joined'), ...with_(': ', said.text('machine'))],
  'producer.registered': (said) => [
    words('First entry of a new producer'),
    ...with_(' of ', said.text('owner')),
  ],
  'producer.equivocated': (said) => [
    words(`A producer contradicted itself: ${accused(said)} at places already taken`),
    ...with_(' by ', said.text('owner')),
  ],
  'producer.seal.refused': (said) => [
    words(`Seals of a producer do not hold: ${accused(said)}`),
    ...with_(' by ', said.text('owner')),
  ],
  // Which key it is, the panel shows: a verifier key is longer than any title.
  'key.added': () => [words('Signing key added to the log')],
  'key.retired': () => [words('Signing key of the log retired')],
  'log.continued': (said) => {
    const [old, kept] = [said.number('oldSize'), said.number('restoredSize')]
    const lost =
      old === null || kept === null
        ? ''
        : `: ${count(Math.max(0, old - kept), 'signed entry', 'signed entries')} lost`
    return [words(`Log taken up again after a restore${lost}`)]
  },
  'log.published': (said) => [
    words(said.is('published') ? 'Log opened to anyone' : 'Log closed to the public'),
  ],
  'log.exported': (said) => [
    words(
      `Log exported${said.is('payloads') ? ' with payloads' : ''}, ${count(said.number('size') ?? 0, 'entry', 'entries')}`,
    ),
  ],
  'log.imported': (said) => [
    words(`Log imported with ${count(said.number('size') ?? 0, 'entry', 'entries')}`),
    ...with_(' from ', said.text('origin')),
  ],
  'witness.added': (said) => [
    words('Witness added'),
    ...with_(': ', said.text('name')),
    ...with_(' at ', said.text('url')),
  ],
  'witness.removed': (said) => [words('Witness removed'), ...with_(': ', said.text('name'))],
  'payload.erased': (said) => [
    words(`Payload of ${count(said.list('seqs').length, 'entry', 'entries')} erased`),
    ...with_(': ', said.text('reason')),
  ],
  'content.read': (said) => [words('Content read'), ...with_(' of entry ', said.text('seq'))],
  'entries.exported': (said) => [
    words(`${count(said.number('count') ?? 0, 'entry', 'entries')} exported`),
    ...with_(' as ', said.text('format')),
  ],
  'view.saved': (said) => [words('Query saved as a view'), ...with_(': ', said.text('view'))],
  'view.removed': (said) => [words('Saved view removed'), ...with_(': ', said.text('view'))],
  'share.created': (said) => {
    const hidden = said.list('redacted').filter((name) => typeof name === 'string')
    return [
      words(`Link made that shows ${count(said.number('count') ?? 0, 'entry', 'entries')} to outsiders`),
      ...with_(' without ', hidden.length === 0 ? null : hidden.join(', ')),
    ]
  },
  'share.revoked': (said) => [words('Share link revoked'), ...with_(': ', said.text('share'))],
  'share.opened': (said) => [
    words('Share link opened'),
    ...with_(', visit ', said.text('visit')),
    ...with_(' of ', said.text('share')),
  ],
}

const table: ReadonlyMap<string, Sentence> = new Map(Object.entries({ ...produced, ...control }))

/** One entry in words; a type that is not in the table stands as its bare name. */
export function entrySentence(
  type: string,
  members: ConstructorParameters<typeof Said>[0],
  decision: string | null,
): Part[] {
  const sentence = table.get(type)
  if (sentence === undefined) return [{ kind: 'command', text: type }]
  return sentence(new Said(members), decision).filter((part) => part !== null)
}
