import type { AuditEntry } from '@watchbill/contract/audit'
import { type EntryHeader, parseHeader } from '@watchbill/ledger'
import { printable } from './printable.ts'

/** Name of an agent, by id; null where it is not known. */
export type NameOf = (agent: string) => string | null

const words = { allow: '✓ allow', ask: '? ask', deny: '✗ deny' } as const
const nobody = '· –'

/** One line for an entry: when, what was decided, who, and what happened. What its header does not say is not made up. */
export const formatEntry = (entry: AuditEntry, nameOf: NameOf): string => {
  const header = tryHeader(entry.header)
  if (header === null) return `entry ${entry.seq} cannot be read: watchbill log fsck names what was changed`
  const { ts, decision, agent, type } = header
  const who = agent === null ? entry.owner : (nameOf(agent) ?? shortId(agent))
  return [
    timeText(ts),
    (decision === undefined ? nobody : words[decision]).padEnd(7),
    printable(who).padEnd(16),
    [type, ...saidOf(entry)].map(printable).join(' '),
  ].join('  ')
}

export const tryHeader = (text: string): EntryHeader | null => {
  try {
    return parseHeader(new TextEncoder().encode(text))
  } catch {
    return null
  }
}

/** Below 10^15, so every one of them is a date. */
const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')}Z`

/** The first and the last part tell ids of one minute apart. */
const shortId = (id: string): string => `${id.slice(0, 12)}…${id.slice(-4)}`

/** Said by every entry, or for machines. */
const left = new Set(['session', 'imported', 'call', 'actorKind', 'tool', 'request', 'outcome'])

const saidOf = ({ payload, members, erasedBy }: AuditEntry): string[] => {
  if (payload === 'erased') return [`(erased by entry ${erasedBy})`]
  if (members === null) return ['(withheld by its machine)']
  const said = new Map(members.flatMap((one) => ('name' in one ? [[one.name, one.value] as const] : [])))
  const [tool, request, outcome] = ['tool', 'request', 'outcome'].map((name) => said.get(name))
  const others = [...said].flatMap(([name, value]) => (left.has(name) ? [] : [`${name}=${valueText(value)}`]))
  return [
    ...(typeof tool === 'string' ? [tool] : []),
    ...(typeof request === 'string' ? [request] : []),
    ...(typeof outcome === 'string' ? [`→ ${outcome}`] : []),
    ...others,
  ]
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
