'use client'

import { type ReactNode, useEffect, useState } from 'react'
import type { LogView } from '../../lib/evidence/log-view.ts'
import { verifier } from '../../lib/evidence/verifier.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'

/** The verdict in its parts, never a bare "valid" (SECURITY "Log, sealer, keys"). Its room is kept until they are known. */
export function LogVerdict({ view }: { view: LogView }) {
  return (
    <div className="mt-2 min-h-6 sm:min-h-[3.625rem] xl:min-h-[2.375rem]">
      {view.kind === 'unable' ? (
        <p className="max-w-[80ch] text-waiting">
          Browsers check signatures only on https and on this machine’s own addresses. Open this page there,
          or run <code>npx watchbill verify</code>.
        </p>
      ) : (
        <>
          <VerdictParts view={view} />
          <SealFailure view={view} />
        </>
      )}
    </div>
  )
}

function VerdictParts({ view }: { view: LogView }) {
  const { log, memory, kind } = view
  /** On a phone the parts are a press away, so that entries stand on the first screen. */
  const [open, setOpen] = useState(false)
  const fingerprint = useFingerprint(memory?.keys[0] ?? null)
  if (log === null || memory === null || memory.size === 0) return null
  return (
    <>
      <button
        type="button"
        aria-expanded={open}
        onClick={() => setOpen(!open)}
        className="min-h-6 text-muted underline sm:hidden"
      >
        {open ? 'Hide' : 'Show'} by whom it is signed
      </button>
      <dl className={`flex-wrap gap-x-6 gap-y-0.5 text-muted sm:flex ${open ? 'flex' : 'hidden print:flex'}`}>
        <Part name="Consistent">
          {kind === 'contradicted' ? (
            <strong className="text-failed">no</strong>
          ) : (
            <>
              with everything this browser saw since <AbsoluteTime at={memory.pinnedAt} />
              {memory.lost.length > 0 && ', but for what restores lost'}
            </>
          )}
        </Part>
        <Part name="Signed by">
          <code title={memory.keys[0]} className="inline-block min-w-[43ch]">
            {fingerprint === null ? '…' : fingerprint}
          </code>{' '}
          <span className="text-muted">pinned on first visit, not by you</span>
        </Part>
        <Part name="Witnessed">
          {view.witnessed.length} of {log.witnesses.length}
          <span className="text-muted">
            {log.witnesses.length === 0 ? ': none is asked' : ', chosen by the operator'}
          </span>
        </Part>
        <Part name="Fresh as of">
          <span className="figures">{memory.size.toLocaleString('en-US')}</span> entries, signed{' '}
          <RelativeTime at={log.checkpoint?.signedAt ?? null} />
        </Part>
      </dl>
    </>
  )
}

function Part({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="min-w-0 wrap-anywhere">
      <dt className="inline">{name}</dt> <dd className="inline text-ink">{children}</dd>
    </div>
  )
}

/** Why entries stay pending; nothing while sealing works. */
function SealFailure({ view }: { view: LogView }) {
  const why = view.log?.sealFailure ?? (view.kind === 'unreachable' ? view.why : null)
  return why === null ? null : <p className="mt-2 max-w-[80ch] text-waiting">Not sealed: {why}</p>
}

function useFingerprint(vkey: string | null): string | null {
  const [found, setFound] = useState<string | null>(null)
  useEffect(() => {
    if (vkey === null) return
    void verifier.fingerprint(vkey).then(setFound, () => setFound(null))
  }, [vkey])
  return found
}
