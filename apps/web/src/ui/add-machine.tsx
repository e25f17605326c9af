'use client'

import type { Machine } from '@watchbill/contract/machines'
import { useNow } from '../lib/clock.ts'
import { formatDuration } from '../lib/duration.ts'
import { type Enrollment, useEnrollment } from '../lib/enrollment.ts'
import { askingLine, installLine, isOwnMachineOnly } from '../lib/install-line.ts'
import { Button } from './button.tsx'
import { Command } from './command.tsx'
import { CopyButton } from './copy-button.tsx'
import { Listening } from './listening.tsx'
import { RelativeTime } from './relative-time.tsx'
import { StateMark } from './state-mark.tsx'
import { UntrustedText } from './untrusted-text.tsx'

/** One line that installs the daemon on a machine and joins it; flips by itself once that machine reports. */
export function AddMachine({ origin, machines }: { origin: string; machines: readonly Machine[] }) {
  const { enrollment, ask, drop } = useEnrollment(machines)
  return (
    <div className="max-w-5xl px-4 py-2.5">
      {enrollment.state === 'offered' ? (
        <Offer origin={origin} offer={enrollment} machines={machines} ask={ask} drop={drop} />
      ) : (
        <>
          <p className="mb-2">
            You get one line to paste on the machine. It installs the daemon from here, joins the machine and
            starts reporting; Linux or macOS with Node 20.19 or newer and curl.
          </p>
          {isOwnMachineOnly(origin) && <OwnMachineOnly />}
          <Button onClick={() => void ask()} disabled={enrollment.state === 'asking'}>
            {enrollment.state === 'asking' ? 'Asking…' : 'Add a machine'}
          </Button>
        </>
      )}
      {enrollment.state === 'refused' && (
        <p role="alert" className="mt-2 text-failed">
          No line could be made: {enrollment.why} {enrollment.mend ?? ''}
        </p>
      )}
    </div>
  )
}

function OwnMachineOnly() {
  return (
    <p className="mb-2 text-muted">
      This control plane listens on its own machine alone, so the line works there. For other machines give it
      a public address (<code>WATCHBILL_PUBLIC_URL</code>).
    </p>
  )
}

type Offered = Extract<Enrollment, { state: 'offered' }>

function Offer({
  origin,
  offer,
  machines,
  ask,
  drop,
}: {
  origin: string
  offer: Offered
  machines: readonly Machine[]
  ask: () => Promise<void>
  drop: () => void
}) {
  const leftMs = Date.parse(offer.expiresAt) - useNow()
  const joined = machines.find(({ id }) => !offer.known.has(id))
  if (joined !== undefined) return <Joined machine={joined} again={drop} />
  if (leftMs <= 0) {
    return (
      <>
        <p className="mb-2">This line has expired and no machine used it.</p>
        <Button onClick={() => void ask()}>Make another</Button>
      </>
    )
  }
  return (
    <>
      <p className="mb-2">Paste this in a shell on the machine. It joins one machine, once:</p>
      <Command text={installLine(origin, offer.token)} label="install line" wrap />
      <p className="mt-2 flex flex-wrap items-center gap-x-6 gap-y-1 text-muted">
        <Listening>Listening… this turns by itself when the machine reports.</Listening>
        <span className="figures">Expires in {formatDuration(leftMs)}</span>
      </p>
      <details className="mt-3">
        <summary className="min-h-6 text-muted hover:text-ink">
          Keep the token out of the shell’s history
        </summary>
        <p className="mt-1 mb-2 flex flex-wrap items-center gap-2">
          Run this instead; it asks for the token and does not show it:
          <CopyButton text={offer.token} label="enrolment token">
            Copy token
          </CopyButton>
        </p>
        <Command text={askingLine(origin)} label="install line without the token" wrap />
      </details>
    </>
  )
}

function Joined({ machine, again }: { machine: Machine; again: () => void }) {
  return (
    <>
      <p role="status" className="mb-2 flex flex-wrap items-center gap-x-2">
        <StateMark state="pass" word="joined" />
        <span>
          <strong>
            <UntrustedText text={machine.name} max={80} />
          </strong>{' '}
          has reported for <RelativeTime at={machine.firstSeenAt} bare />. To remove it there:{' '}
          <code>watchbill uninstall</code>
        </span>
      </p>
      <Button onClick={again}>Add another</Button>
    </>
  )
}
