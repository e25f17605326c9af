'use client'

import type { AuditEntry } from '@watchbill/contract/audit'
import { useLinks } from '../../lib/links.ts'
import { Button } from '../../ui/button.tsx'
import { UntrustedText } from '../../ui/untrusted-text.tsx'

/** The payload member by member: said, only committed to, withheld or erased. */
export function EntryMembers({
  entry,
  showContent,
}: {
  entry: AuditEntry
  /** Asks for hidden members; null when they were asked for already. */
  showContent: (() => void) | null
}) {
  const links = useLinks()
  const hidden = entry.members?.some((member) => 'hash' in member) === true
  return (
    <section aria-label="What it says" className="border-t px-4 py-2.5">
      <h3 className="mb-1 text-small text-muted">What it says</h3>
      {entry.payload === 'withheld' && (
        <p>It never left its machine; the header commits to it all the same.</p>
      )}
      {entry.payload === 'erased' && (
        <p>
          Erased for good. The header and every proof stay.{' '}
          {entry.erasedBy !== null && <a href={links.entry(entry.erasedBy)}>Who erased it, and why</a>}
        </p>
      )}
      {entry.members !== null && (
        <dl className="grid grid-cols-[7rem_minmax(0,1fr)] gap-y-1">
          {entry.members.map((member) =>
            'name' in member ? (
              <Member key={member.key} name={member.name} value={member.value} />
            ) : (
              <HiddenMember key={member.hash} hash={member.hash} />
            ),
          )}
        </dl>
      )}
      {hidden && showContent !== null && (
        <p className="mt-2 flex flex-wrap items-center gap-2">
          <Button onClick={showContent}>Show content</Button>
          <span className="text-muted">Reading it is an entry of its own.</span>
        </p>
      )}
    </section>
  )
}

function Member({ name, value }: { name: string; value: unknown }) {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return (
    <>
      <dt className="wrap-anywhere text-muted">
        <UntrustedText text={name} max={60} />
      </dt>
      <dd className="wrap-anywhere">
        <UntrustedText code text={text ?? null} max={400} />
      </dd>
    </>
  )
}

function HiddenMember({ hash }: { hash: string }) {
  return (
    <>
      <dt className="text-muted">Hidden</dt>
      <dd className="truncate text-muted" title={hash}>
        committed to as <code>{hash}</code>
      </dd>
    </>
  )
}
