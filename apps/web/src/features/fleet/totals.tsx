'use client'

import type { Fleet } from '@watchbill/contract/fleet'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { formatCompact, tokenParts, totalTokens } from '../../lib/figures.ts'
import { useLinks } from '../../lib/links.ts'
import { Quantity } from '../../ui/quantity.tsx'

/** Sums over the last 24 h and how much of the fleet they cover. Each number leads to the rows behind it. */
export function Totals({ fleet }: { fleet: Fleet }) {
  const links = useLinks()
  const { totals, coverage } = fleet
  const parts = tokenParts(totals.tokens)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${formatCompact(value ?? 0)}`)
  return (
    <dl className="grid grid-cols-2 gap-y-2 px-4 py-2.5 sm:flex sm:flex-wrap sm:gap-x-10">
      <Figure name="Sessions" href={links.sessions({ sort: 'activity' })}>
        <Quantity value={totals.sessions} />
      </Figure>
      <Figure name="Tokens" href={links.sessions({ sort: 'tokens' })} note={parts.join(' · ')}>
        <Quantity value={totalTokens(totals.tokens)} kind="compact" />
      </Figure>
      <Figure name="Cost" href={links.sessions({ sort: 'cost' })}>
        <Quantity value={totals.costMicroUsd} kind="cost" />
      </Figure>
      <Figure name="Denials" href={links.audit({ q: 'decision:deny last:24h' })}>
        <Quantity value={totals.denials} />
      </Figure>
      <Figure name="Reporting" href="#roll">
        {coverage.reporting} of {coverage.known} {coverage.known === 1 ? 'machine' : 'machines'}
      </Figure>
    </dl>
  )
}

function Figure({
  name,
  href,
  note = '',
  children,
}: {
  name: string
  href: string
  note?: string
  children: ReactNode
}) {
  return (
    <div className={note === '' ? '' : 'col-span-2 row-start-2 sm:row-auto'}>
      <dt className="text-small text-muted">{name}</dt>
      <dd className="figures">
        <Link prefetch={false} href={href} className="quiet text-title">
          {children}
        </Link>
        {note !== '' && <span className="ml-2 text-small text-muted">{note}</span>}
      </dd>
    </div>
  )
}
