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

/** The state in the margin; what follows it is one column on a phone, and beside each other where there is room. */
const rowGrid =
  'grid grid-cols-[5rem_minmax(0,1fr)] gap-x-4 gap-y-1 border-b px-4 py-2.5 last:border-b-0 hover:bg-hover ' +
  'lg:grid-cols-[5rem_minmax(0,1fr)_14.5rem_5.5rem] xl:grid-cols-[5rem_minmax(0,1fr)_14.5rem_12.5rem_5.5rem]'

function ShareRow({ share }: { share: Share }) {
  const state = shareStateBy(share, useNow())
  return (
    <li className={rowGrid}>
      <p>
        <StateMark state={marks[state]} word={state} />
      </p>
      <div className="min-w-0 wrap-anywhere">
        <p className="font-semibold">
          <UntrustedText text={share.title} max={120} />
        </p>
        <p className="text-muted">
          <ShareScopeSentence share={share} />
        </p>
      </div>
      <div className="col-start-2 lg:col-start-3">
        <p>
          <Ending share={share} state={state} />
        </p>
        <p className="text-muted">
          Made <RelativeTime at={share.createdAt} />
        </p>
      </div>
      <div className="col-start-2 lg:col-start-3 xl:col-start-4">
        <Visits share={share} />
      </div>
      {state === 'open' && (
        <div className="col-start-2 lg:col-start-4 lg:row-start-1 xl:col-start-5">
          <RevokeShare of={share} />
        </div>
      )}
    </li>
  )
}

function Ending({ share, state }: { share: Share; state: Share['state'] }) {
  const word = { open: 'Expires', expired: 'Expired', revoked: 'Revoked' }[state]
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
      <p>
        {share.opened === 0 ? (
          'Never opened'
        ) : (
          <Link prefetch={false} href={links.shareVisits(share.id)}>
            Opened {times(share.opened)}
          </Link>
        )}
        {share.lastOpenedAt !== null && (
          <>
            , last <RelativeTime at={share.lastOpenedAt} />
          </>
        )}
      </p>
      {share.refused > 0 && <p className="text-muted">Turned away {times(share.refused)} since it ended</p>}
    </>
  )
}
