import type { Check } from '@watchbill/contract/probes'
import { formatDuration } from '../../lib/duration.ts'
import { formatCount } from '../../lib/figures.ts'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'

const order = { fail: 0, warn: 1, pass: 2 } as const
const word = { fail: 'fails', warn: 'warns', pass: 'passes' } as const

/** Checks, worst first: verdict, reason, what was measured against which threshold, and how old the answer is. */
export function CheckList({ label, checks }: { label: string; checks: readonly Check[] }) {
  const sorted = [...checks].sort((a, b) => order[a.status] - order[b.status])
  return (
    <ul aria-label={label}>
      {sorted.map((check) => (
        <CheckEntry key={check.name} check={check} />
      ))}
    </ul>
  )
}

/** What a check that passes has found; checks of a newer control plane may be unknown here. */
const found: ReadonlyMap<string, string> = new Map([
  ['database', 'the database answers a query'],
  ['migrations', 'the schema is the one this build expects'],
  ['journal', 'the change journal and its position agree'],
  ['writes', 'a durable write goes through'],
])

/** Stands in where the control plane gave no reason. */
export function asIntended({ name, status }: Pick<Check, 'name' | 'status'>): string {
  if (status !== 'pass') return 'no reason was given'
  return found.get(name) ?? 'as it should be'
}

function CheckEntry({ check }: { check: Check }) {
  const measured = formatMeasured(check)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-0.5 border-b px-4 py-[7px] last:border-b-0 lg:grid-cols-[8rem_5.5rem_minmax(0,2fr)_minmax(0,3fr)_5.5rem]">
      <code className="font-semibold">{check.name}</code>
      <span>
        <StateMark state={check.status} word={word[check.status]} />
      </span>
      <span className="max-lg:col-span-2">
        {check.reason === null ? (
          <span className="text-muted">{asIntended(check)}</span>
        ) : (
          <UntrustedText text={check.reason} max={2000} />
        )}
      </span>
      <span className="max-lg:col-span-2">
        {measured !== null && (
          <>
            <span className="text-muted">measured</span> <span className="figures">{measured}</span>
          </>
        )}
        {check.threshold !== null && (
          <span className="text-muted">
            {measured === null ? '' : ', '}threshold: <UntrustedText text={check.threshold} max={500} />
          </span>
        )}
      </span>
      <span className="figures whitespace-nowrap text-muted lg:text-right">
        {check.ageMs === null ? '–' : `${formatCheckAge(check.ageMs)} ago`}
      </span>
    </li>
  )
}

/** A check is often younger than a second: ms below that, the usual words above. */
export function formatCheckAge(ageMs: number): string {
  return ageMs < 1000 ? `${Math.max(0, Math.round(ageMs))} ms` : formatDuration(ageMs)
}

/** `1.2 ms`, `0001_base`; null where nothing was measured. */
export function formatMeasured({ observed, unit }: Pick<Check, 'observed' | 'unit'>): string | null {
  if (observed === null) return null
  const value = typeof observed === 'string' || !Number.isInteger(observed) ? observed : formatCount(observed)
  return unit === null ? `${value}` : `${value} ${unit}`
}
