'use client'

import { useQuery } from '@tanstack/react-query'
import type { Share } from '@watchbill/contract/shares'
import Link from 'next/link'
import { useApi } from '../../lib/api.ts'
import { useNow } from '../../lib/clock.ts'
import { useLinks } from '../../lib/links.ts'
import { Empty } from '../../ui/empty.tsx'
import { PageHead } from '../../ui/page-head.tsx'
import { Section } from '../../ui/section.tsx'
import { sharesQuery } from './queries.ts'
import { ShareList } from './share-list.tsx'
import { shareStateBy, sharesSentence } from './share-state.ts'

/** Every link that shows entries to outsiders: what it shows, until when, who came, and the way to end it. */
export function SharesPage() {
  const now = useNow()
  const links = useLinks()
  const { data, error } = useQuery(sharesQuery(useApi()))
  const shares = data?.shares ?? []
  const open = shares.filter((share) => shareStateBy(share, now) === 'open')
  const ended = shares.filter((share) => shareStateBy(share, now) !== 'open')
  return (
    <>
      <PageHead
        title={
          <>
            <Link href={links.audit()}>Audit</Link> / Links
          </>
        }
        lead={sharesSentence(shares, now)}
      >
        <p className="mt-2 max-w-[80ch] text-muted">
          Whoever has a link can open it without an account. Each opening is an entry of the log; a visit
          after the end is only counted.
        </p>
        {error !== null && data !== undefined && (
          <p role="alert" className="mt-2 text-waiting">
            Not up to date: {error.message}
          </p>
        )}
      </PageHead>
      {shares.length === 0 ? <NoShares audit={links.audit()} /> : null}
      <Links label="Open" shares={open} />
      <Links label="Ended" shares={ended} />
    </>
  )
}

function Links({ label, shares }: { label: string; shares: readonly Share[] }) {
  if (shares.length === 0) return null
  return (
    <Section label={label} aside={shares.length.toLocaleString('en-US')}>
      <ShareList label={`${label} links`} shares={shares} />
    </Section>
  )
}

function NoShares({ audit }: { audit: string }) {
  return (
    <div className="border-t px-4 sm:px-6">
      <Empty title="No link was made in this workspace yet">
        A link shows entries of the log to somebody without an account; their own browser proves each of them.
        To make one, ask a question on <Link href={audit}>the audit page</Link> and press “Share…”.
      </Empty>
    </div>
  )
}
