'use client'

import type { Share } from '@watchbill/contract/shares'
import Link from 'next/link'
import { useNow } from '../../lib/clock.ts'
import { useLinks } from '../../lib/links.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { RelativeTime } from '../../ui/relative-time.tsx'
import { StateMark } from '../../ui/state-mark.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { RevokeShare } from './revoke-share.tsx'
import { ShareScopeSentence } from './share-scope.tsx'
import { shareStateBy } from './share-state.ts'

const marks = { open: 'pass', expired: 'stale', revoked: 'stopped' } as const

/** Links with what each shows, how long it lives and who came; a table would need more room than a phone has. */
export function ShareList({ label, shares }: { label: string; shares: readonly Share[] }) {
  return (
    <ul aria-label={label}>
      {shares.map((share) => (
        <ShareRow key={share.id} share={share} />
      ))}
    </ul>
  )
}

/** One column on a phone; beside each other where there is room. */
const rowGrid =
  'grid gap-x-6 gap-y-1 border-b px-4 py-2.5 last:border-b-0 hover:bg-hover ' +
  'md:grid-cols-[minmax(0,1fr)_15rem] xl:grid-cols-[minmax(0,1fr)_17rem_15rem_12rem]'

function ShareRow({ share }: { share: Share }) {
  const state = shareStateBy(share, useNow())
  return (
    <li className={rowGrid}>
      <div className="min-w-0 wrap-anywhere">
        <p className="flex flex-wrap items-baseline gap-x-3">
          <StateMark state={marks[state]} word={state} />
          <strong className="min-w-0">
            <UntrustedText text={share.title} max={120} />
          </strong>
        </p>
        <p className="text-muted">
          <ShareScopeSentence share={share} />
        </p>
      </div>
      <p>
        <Ending share={share} state={state} />
        <span className="block text-muted">
          made <RelativeTime at={share.createdAt} />
        </span>
      </p>
      <p>
        <Visits share={share} />
      </p>
      <div className="md:text-right">{state === 'open' && <RevokeShare of={share} />}</div>
    </li>
  )
}

function Ending({ share, state }: { share: Share; state: Share['state'] }) {
  const word = { open: 'expires', expired: 'expired', revoked: 'revoked' }[state]
  return (
    <>
      {word} <AbsoluteTime at={state === 'revoked' ? share.revokedAt : share.expiresAt} />
    </>
  )
}

/** The number leads to the entries behind it; refused visits have none, so that strangers cannot fill the log. */
function Visits({ share }: { share: Share }) {
  const links = useLinks()
  const times = (count: number) => (count === 1 ? 'once' : `${count.toLocaleString('en-US')} times`)
  return (
    <>
      {share.opened === 0 ? (
        'never opened'
      ) : (
        <Link prefetch={false} href={links.shareVisits(share.id)}>
          opened {times(share.opened)}
        </Link>
      )}
      {share.lastOpenedAt !== null && (
        <>
          , last <RelativeTime at={share.lastOpenedAt} />
        </>
      )}
      {share.refused > 0 && (
        <span className="block text-muted">turned away {times(share.refused)} since it ended</span>
      )}
    </>
  )
}
