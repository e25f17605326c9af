import type { AuditEntry } from '@watchbill/contract/audit'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import type { AuditRow } from './audit-rows.ts'
import { entrySentence, type Part } from './entry-sentence.ts'

const decided: ReadonlyMap<string, readonly [glyph: string, colour: string]> = new Map([
  ['allow', ['✓', 'text-muted']],
  ['ask', ['❚❚', 'text-waiting']],
  ['deny', ['✕', 'text-failed']],
])

/** Characters of one value in a row; the panel shows the rest. */
const rowMax = 160
const cut = (text: string) => (text.length > rowMax ? `${text.slice(0, rowMax - 1)}…` : text)

/** What happened, in a sentence; what was withheld or erased says so. `brief`: on one line, nothing to press in it. */
export function EntryWords({ row, brief = false }: { row: AuditRow; brief?: boolean }) {
  const { entry, header } = row
  if (entry === null || header === null)
    return <strong className="text-failed">The server counts this entry and does not show it</strong>
  return (
    <>
      {entrySentence(header.type, entry.members, header.decision).map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of a sentence never move
        <PartText key={index} part={part} brief={brief} />
      ))}
      <PayloadNote entry={entry} />
    </>
  )
}

function PartText({ part: { kind, text }, brief }: { part: Part; brief: boolean }) {
  if (kind === 'words') return text
  return <UntrustedText text={brief ? cut(text) : text} code={kind === 'command'} />
}

function PayloadNote({ entry }: { entry: AuditEntry }) {
  if (entry.payload === 'shown') return null
  return <span className="text-muted">{entry.payload === 'erased' ? ' (erased)' : ' (withheld)'}</span>
}

/** allow, ask or deny as shape and word; nothing where nobody decided. */
export function DecisionMark({ decision }: { decision: string | null }) {
  const known = decided.get(decision ?? '')
  if (decision === null) return null
  if (known === undefined) return <UntrustedText text={decision} max={12} />
  const [glyph, colour] = known
  return (
    <span className={`whitespace-nowrap ${colour}`}>
      <span aria-hidden="true">{glyph} </span>
      {decision}
    </span>
  )
}

export type AgentNames = Readonly<Record<string, { readonly name: string; readonly machine: string }>>

/** Who did it: an agent by its name where that is known, else the owner of the chain. */
export function EntryAgent({ row, names }: { row: AuditRow; names: AgentNames }) {
  const { entry, header } = row
  if (entry === null || header === null) return <span className="text-muted">–</span>
  if (header.agent === null)
    return entry.owner === 'control-plane' ? (
      <span className="text-muted">Control plane</span>
    ) : (
      <span className="text-muted">
        <UntrustedText text={`${entry.owner.slice(0, 12)}…`} max={20} />
      </span>
    )
  const known = names[header.agent]
  if (known === undefined) return <UntrustedText code text={`${header.agent.slice(0, 12)}…`} max={20} />
  return (
    <>
      <UntrustedText text={known.name} max={40} />{' '}
      <span className="text-muted">
        <UntrustedText text={known.machine} max={40} />
      </span>
    </>
  )
}
