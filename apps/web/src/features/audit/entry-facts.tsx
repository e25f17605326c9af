'use client'

import type { AuditEntry } from '@watchbill/contract/audit'
import Link from 'next/link'
import type { ReactNode } from 'react'
import { useLinks } from '../../lib/links.ts'
import { AbsoluteTime } from '../../ui/absolute-time.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'
import { instantOf, type ReadHeader } from './entry-header.ts'
import type { AgentNames } from './entry-words.tsx'

/** The header, member by member as it was hashed, with what they mean to a person. */
export function EntryFacts({
  entry,
  header,
  names,
}: {
  entry: AuditEntry
  header: ReadHeader
  names: AgentNames
}) {
  return (
    <section aria-label="Header" className="border-t px-4 py-2.5">
      <h3 className="mb-1 text-small text-muted">Header: the bytes that are logged, never erased</h3>
      <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-y-1">
        <Fact name="happened">
          <AbsoluteTime at={instantOf(header)} />
        </Fact>
        <Fact name="received">
          <AbsoluteTime at={entry.receivedAt} />
        </Fact>
        <Fact name="owner of chain">
          <UntrustedText text={entry.owner} max={60} />
        </Fact>
        {header.all.map(([name, value]) => (
          <Fact key={name} name={name}>
            <HeaderValue name={name} value={value} names={names} />
          </Fact>
        ))}
      </dl>
    </section>
  )
}

function HeaderValue({ name, value, names }: { name: string; value: string; names: AgentNames }) {
  const links = useLinks()
  const known = name === 'agent' ? names[value] : undefined
  if (known === undefined) return <UntrustedText code text={value} max={200} />
  return (
    <>
      <Link href={links.agent(value)} prefetch={false}>
        <UntrustedText text={known.name} max={60} />
      </Link>{' '}
      <span className="text-muted">
        <code>{value}</code>
      </span>
    </>
  )
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <dt className="wrap-anywhere text-muted">
        <UntrustedText text={name} max={40} />
      </dt>
      <dd className="wrap-anywhere">{children}</dd>
    </>
  )
}
