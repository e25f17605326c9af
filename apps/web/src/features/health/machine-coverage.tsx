import type { Machine } from '@watchbill/contract/machines'
import { formatDuration } from '../../lib/duration.ts'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'

/** Every machine and what its daemon says: silent ones first, then by name. */
export function MachineCoverage({ machines }: { machines: readonly Machine[] }) {
  const sorted = [...machines].sort(
    (a, b) => Number(a.reporting) - Number(b.reporting) || a.name.localeCompare(b.name),
  )
  return (
    <ul aria-label="Machines and their daemons">
      {sorted.map((machine) => (
        <MachineEntry key={machine.id} machine={machine} />
      ))}
    </ul>
  )
}

function MachineEntry({ machine }: { machine: Machine }) {
  const silentAfterMs = Date.parse(machine.staleAt) - Date.parse(machine.lastSeenAt)
  return (
    <li className="grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-0.5 border-b px-4 py-[7px] last:border-b-0 lg:grid-cols-[minmax(0,12rem)_5.5rem_minmax(0,1fr)_minmax(0,1fr)_10rem]">
      <span className="font-semibold wrap-anywhere">
        <UntrustedText text={machine.name} max={120} />
      </span>
      <span>
        <StateMark
          state={machine.reporting ? 'pass' : 'fail'}
          word={machine.reporting ? 'reports' : 'silent'}
        />
      </span>
      <span className="max-lg:col-span-2">
        heard <RelativeTime at={machine.lastSeenAt} />
        <span className="text-muted">, silent after {formatDuration(silentAfterMs)}</span>
      </span>
      <span className="max-lg:col-span-2">
        <Folders machine={machine} />
      </span>
      <span className="text-muted lg:text-right">
        daemon <UntrustedText text={machine.daemonVersion} />
        <Skew skewMs={machine.skewMs} />
      </span>
    </li>
  )
}

function Folders({ machine }: { machine: Machine }) {
  const found = machine.lookedAt.filter((folder) => folder.state === 'found').length
  const unreadable = machine.lookedAt.filter((folder) => folder.state === 'unreadable')
  const rows = machine.unread.reduce((sum, one) => sum + one.count, 0)
  return (
    <>
      {found} of {machine.lookedAt.length} folders found
      {rows > 0 && (
        <span className="text-muted">
          , {rows} {rows === 1 ? 'row' : 'rows'} not understood
        </span>
      )}
      {unreadable.map((folder) => (
        <span key={`${folder.runtime} ${folder.path}`} className="block wrap-anywhere">
          <StateMark state="unreadable" /> <UntrustedText code text={folder.path} />
          {folder.reason !== null && ': '}
          {folder.reason !== null && <UntrustedText text={folder.reason} />}
        </span>
      ))}
    </>
  )
}

/** Said only when the machine's clock is off by more than the contract lets pass unsaid. */
function Skew({ skewMs }: { skewMs: number | null }) {
  if (skewMs === null || Math.abs(skewMs) <= 2000) return null
  const by = formatDuration(Math.abs(skewMs))
  return (
    <span className="block">
      <StateMark state="warn" word={`clock ${by} ${skewMs > 0 ? 'behind' : 'ahead'}`} />
    </span>
  )
}
