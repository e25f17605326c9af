'use client'

import { formatCount } from '../../lib/figures.ts'
import { Button } from '../../ui/button.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import type { ExportWork } from './use-export.ts'

/** How far an export is, being saved or being checked; then what came of it, in parts. */
export function ExportLine({ work, close }: { work: ExportWork | null; close: () => void }) {
  if (work === null) return null
  const running = work.kind === 'saving' || work.kind === 'checking'
  return (
    <div className="flex flex-wrap items-start gap-x-4 gap-y-1 px-4 pb-2 sm:px-6">
      <div role="status" className="min-w-0 flex-1">
        <Said work={work} />
      </div>
      <Button onClick={close}>{running ? 'Stop' : 'Close'}</Button>
    </div>
  )
}

function Said({ work }: { work: ExportWork }) {
  switch (work.kind) {
    case 'saving':
      return <Progress word="Saving" name={null} {...work.progress} />
    case 'checking':
      return <Progress word="Checking" name={work.name} entries={work.entries} of={work.of} />
    case 'saved':
      return (
        <p>
          Saved {formatCount(work.entries)} entries, {megabytes(work.bytes)}, as <code>{work.name}</code>.
          Anyone can check it: <code>npx watchbill verify {work.name}</code>
        </p>
      )
    case 'failed':
      return (
        <p className="text-failed">
          {work.what}: <UntrustedText text={work.why} max={300} />
        </p>
      )
    case 'checked':
      return <Verdict work={work} />
  }
}

function Progress({
  word,
  name,
  entries,
  of,
}: {
  word: string
  name: string | null
  entries: number
  of: number | null
}) {
  const known = of !== null && of > 0
  return (
    <p className="figures flex flex-wrap items-center gap-x-3">
      <span>
        {word} {name !== null && <UntrustedText text={name} max={60} />}
      </span>
      <progress
        aria-label={word}
        className="h-1.5 w-48 appearance-none rounded bg-rule [&::-moz-progress-bar]:bg-working [&::-webkit-progress-bar]:bg-rule [&::-webkit-progress-value]:bg-working"
        {...(known ? { value: entries, max: of } : {})}
      />
      <span className="text-muted">
        {formatCount(entries)}
        {known && ` of ${formatCount(of)}`} entries
      </span>
    </p>
  )
}

type Checked = Extract<ExportWork, { kind: 'checked' }>

/** Never a bare "valid": what holds, by whose key, in which tree (SECURITY "Log, sealer, keys"). */
function Verdict({ work: { name, verdict, head, ours } }: { work: Checked }) {
  const { consistent, signed, entries, pending, freshAs, contradictions, firstBad } = verdict
  if (consistent === 'no')
    return (
      <div className="text-failed">
        <p>
          <strong>✕ CONTRADICTED</strong>: <UntrustedText text={name} max={60} />
          {firstBad !== null && `, first at entry ${formatCount(firstBad)}`}.
        </p>
        <ul>
          {contradictions.slice(0, 5).map(({ place, kind, detail }) => (
            <li key={`${place} ${kind} ${detail}`}>
              <UntrustedText text={`${place}: ${detail}`} max={200} />
            </li>
          ))}
        </ul>
      </div>
    )
  return (
    <div>
      <p>
        <Outcome consistent={consistent === 'yes'} signed={signed.by !== null} />:{' '}
        <UntrustedText text={name} max={60} />, {formatCount(entries)} entries
        {pending > 0 && `, ${formatCount(pending)} of them pending`}
        {freshAs !== null && `, in the tree of ${formatCount(freshAs)}`}.
      </p>
      <p className="wrap-anywhere text-muted">
        {signed.by === null ? (
          'No key that the file or this browser names for its log has signed it'
        ) : (
          <>
            Signed by <code>{signed.by}</code>, a key this browser{' '}
            {signed.pinned === 'yes' ? 'remembers' : 'does not remember'}
          </>
        )}
        {head !== null && !ours && (
          <>
            ; of another log: <UntrustedText text={head.origin} max={80} />
          </>
        )}
        . That nothing was left out, it does not say.
      </p>
    </div>
  )
}

/** Green only for what holds and is signed: a file that agrees with itself alone could have been made by anybody. */
function Outcome({ consistent, signed }: { consistent: boolean; signed: boolean }) {
  if (!consistent) return <span className="text-waiting">? Nothing to check</span>
  return signed ? (
    <span className="text-proven">✓ Consistent</span>
  ) : (
    <span className="text-waiting">? Consistent with itself alone</span>
  )
}

const megabytes = (bytes: number): string =>
  bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`
